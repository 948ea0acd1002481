// npm run release: all that a release consists of, in one folder (docs/releasing.md).
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KINDS } from './release/kinds/index.ts';
import { madeAt } from './release/made-at.ts';
import { licencesOf, makeRelease } from './release/make.ts';
import { assertOwnPlace } from './release/place.ts';

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    out: { type: 'string', default: 'release' },
    executables: { type: 'string' },
    only: { type: 'string' },
    downloads: { type: 'string' },
    key: { type: 'string' },
  },
});

const HELP = `Usage: npm run release -- [options]

Makes the executables and all that a release consists of.

Options:
  --out FOLDER          where it goes (default: release). An earlier release there is gone;
                        where anything else lies nothing is done
  --executables FOLDER  take these instead of making them: toolcrib-linux-x64 …
  --only KINDS          only these, and what they need: a list with commas
  --downloads URL       where the files will lie, if not on the release's page
  --key FILE            sign with this private key (PEM: Ed25519 or P-256)

Kinds:
${KINDS.map(({ name, what }) => `  ${name.padEnd(12)} ${what}`).join('\n')}
`;

if (values.help) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const root = process.cwd();
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => KINDS.every((kind) => kind.name !== name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`There is no kind ${unknown.join(', ')}: npm run release -- --help`);
  const executables = values.executables ?? join('node_modules', '.cache', 'executables');
  const folder = resolve(values.out);
  try {
    assertOwnPlace(folder, executables);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
  execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
  if (values.executables === undefined)
    execFileSync('npm', ['run', 'binary', '--', '--all', '--out', executables], { stdio: 'inherit' });
  await makeRelease({
    root,
    // Manifests name the digests of archives.
    kinds: KINDS.filter(({ name }) => only === undefined || only.includes(name) || name === 'archives'),
    executables,
    folder,
    licences: licencesOf(root),
    at: madeAt(),
    downloads: values.downloads,
    key: values.key === undefined ? undefined : readFileSync(values.key, 'utf8'),
    tell: console.log,
  });
  if (values.key === undefined)
    console.log('\nNothing of it is signed: --key FILE signs checksums and provenance.');
}
