// `npm run deep -- NAME`: the full number of one proof; its table goes to docs/deep/NAME.md. `--sample`: what CI runs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../scripts/bundle.ts';
import { optionsOf, wholeNumber } from '../scripts/options.ts';
import type { Proof, ProofResult } from './proof.ts';

const CI_SEED = 1;
const HELP = 'npm run deep -- --help';
const NOT_PROOFS = new Set(['run.ts', 'proof.ts']);

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !NOT_PROOFS.has(file))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

const usage = `Proofs too large for each CI run. Each needs what it says itself where that is missing.

  npm run deep -- NAME             the full number of cases; writes docs/deep/NAME.md; exit code 1 where one failed
  npm run deep -- NAME --count N   so many instead; writes nothing
  npm run deep -- NAME --count N --write
                                   so many instead; the table says of how many
  npm run deep -- --sample [NAME]  the sample with a fixed seed that CI runs, of one proof or of all; writes nothing

  --seed N     default for a full run: from the clock
  -h, --help

Proofs: ${names.join(', ') || 'none yet'}
`;

async function main(): Promise<number> {
  const { values, positionals } = optionsOf(
    {
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        count: { type: 'string' },
        sample: { type: 'boolean' },
        write: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    },
    HELP,
  );
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = positionals.length === 0 && values.sample ? names : positionals;
  const unknown = wanted.find((name) => !names.includes(name));
  if (wanted.length === 0 || unknown !== undefined) {
    process.stderr.write(
      `${unknown === undefined ? 'Which proof?' : `There is no proof ${unknown}.`}\n\n${usage}`,
    );
    return 2;
  }
  const given = {
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed, 0, HELP),
    count: values.count === undefined ? undefined : wholeNumber('--count', values.count, 1, HELP),
  };
  // Guards are started by the hundred here, each out of the bundle.
  process.env.TOOLCRIB_TEST_BUNDLE = await bundle(join(import.meta.dirname, '..'), ['testing/limited-guard']);
  let failed = 0;
  for (const name of wanted) {
    const { default: proof } = (await import(join(import.meta.dirname, `${name}.ts`))) as { default: Proof };
    const seed = given.seed ?? (values.sample ? CI_SEED : Date.now() % 2 ** 31);
    const count = given.count ?? (values.sample ? proof.sample : proof.full);
    const began = Date.now();
    const result = await proof.run({
      seed,
      count,
      progress: (line) => void process.stderr.write(`${name}: ${line}\n`),
    });
    const seconds = Math.round((Date.now() - began) / 1000);
    const bad = result.failures.length;
    // Fewer than asked for is no proof of the number asked for.
    const short = result.checked < count;
    if (bad > 0 || short) failed++;
    process.stdout.write(
      `${name}: ${result.checked} of ${count} ${proof.unit}, seed ${seed}, ${seconds} s: ${bad} failed${short ? ' (too few were checked)' : ''}\n`,
    );
    for (const { name: one, why } of result.failures.slice(0, 20)) process.stdout.write(`  ${one}: ${why}\n`);
    if (!values.sample && (values.count === undefined || values.write))
      write(name, proof, { seed, count, seconds }, result);
  }
  return failed === 0 ? 0 : 1;
}

function write(
  name: string,
  proof: Proof,
  run: { seed: number; count: number; seconds: number },
  { checked, failures, rows = [] }: ProofResult,
): void {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  // Another proof's table, written a moment ago, changes nothing of this one.
  const dirty =
    git('status', '--porcelain', '--', '.', ':!docs/deep') === ''
      ? ''
      : ' (with changes that are not committed)';
  const table: [string, string | number][] = [
    ['claim', proof.claim],
    ['commit', git('rev-parse', '--short=12', 'HEAD') + dirty],
    ['date', new Date().toISOString().slice(0, 10)],
    ['seed', run.seed],
    [`${proof.unit} asked for`, run.count < proof.full ? `${run.count} of ${proof.full}` : run.count],
    [`${proof.unit} checked`, checked],
    ['failed', failures.length],
    ['seconds', run.seconds],
    ...rows,
  ];
  const cell = (value: string | number) => String(value).replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = [
    `# ${name}`,
    '',
    `Written by \`npm run deep -- ${name}\`.`,
    '',
    '| what | value |',
    '|---|---|',
    ...table.map(([what, value]) => `| ${cell(what)} | ${cell(value)} |`),
    ...(failures.length === 0
      ? []
      : [
          '',
          '| failed case | why |',
          '|---|---|',
          ...failures.map(({ name: one, why }) => `| ${cell(one)} | ${cell(why)} |`),
        ]),
  ];
  const folder = join(import.meta.dirname, '..', 'docs', 'deep');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), `${lines.join('\n')}\n`);
}

process.exitCode = await main();
