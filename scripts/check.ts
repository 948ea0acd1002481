// Everything that can be checked without running the programs: format, lint and import law (Biome), types (tsc),
// generated files, and that nothing is committed that must not be. `node scripts/check.ts [--fix]`
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bareImports, plantedBareImports } from './bare-imports.ts';
import { circlesOf, faultsOf, known } from './circles.ts';
import { planted as plantedCircles, plantedFaults } from './circles-planted.ts';
import { plantedVerbFaults, verbFaults } from './effect-verbs.ts';
import { importsOf } from './import-graph.ts';
import { overrides } from './import-law.ts';
import { planted } from './import-law-planted.ts';
import { pathFaults } from './named-paths.ts';
import { unnamedFaults } from './named-tests.ts';
import { optionsOf } from './options.ts';
import { PACKAGES } from './packages.ts';
import { sizeFaults } from './sizes.ts';

const { fix = false } = optionsOf(
  { options: { fix: { type: 'boolean' } } },
  'npm run check -- [--fix]',
).values;
const bin = (name: string) => join('node_modules', '.bin', name);
let failed = 0;
/** What knip looks for; dependencies have a step of their own. */
const KNIP = ['--include', 'exports,types,files', '--no-progress', '--reporter', 'compact'];

function step(name: string, check: () => string | undefined): void {
  const fault = check();
  console.log(`${fault === undefined ? 'ok  ' : 'FAIL'} ${name}`);
  if (fault === undefined) return;
  failed++;
  console.log(fault.trimEnd().replace(/^/gm, '     '));
}

function run(command: string, args: string[], input?: string): { ok: boolean; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 27,
  });
  if (error) throw error;
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

step('import law is what biome.json says', () => {
  const config = JSON.parse(readFileSync('biome.json', 'utf8')) as { overrides: unknown };
  const wanted = overrides();
  if (JSON.stringify(config.overrides) === JSON.stringify(wanted)) return undefined;
  if (!fix) return 'biome.json differs from scripts/import-law.ts: npm run check -- --fix writes it.';
  writeFileSync('biome.json', `${JSON.stringify({ ...config, overrides: wanted }, null, 2)}\n`);
  return undefined;
});

step('format, lint, import law', () => {
  const { ok, output } = run(bin('biome'), [
    'check',
    ...(fix ? ['--write'] : []),
    '--error-on-warnings',
    '--max-diagnostics=50',
    '.',
  ]);
  return ok ? undefined : output;
});

step(`the import law finds its ${planted.length} planted violations`, () => {
  // In a folder of its own: a violation must never stand in the working tree, not for a moment.
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-import-law-'));
  try {
    const config = JSON.parse(readFileSync('biome.json', 'utf8')) as Record<string, unknown>;
    writeFileSync(
      join(folder, 'biome.json'),
      JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
    );
    for (const { file, line } of planted) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `${line}\n`);
    }
    const args = [
      'lint',
      '--only=style/noRestrictedImports',
      '--reporter=github',
      '--max-diagnostics=100',
      `--config-path=${folder}`,
      folder,
    ];
    const { output } = run(bin('biome'), args);
    const missed = planted.filter(
      ({ file }) =>
        !output.split('\n').some((text) => text.includes(file) && text.includes('noRestrictedImports')),
    );
    return missed.length === 0
      ? undefined
      : missed.map(({ file, line }) => `not found: ${file}: ${line}`).join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

step('no circle of files or folders, of types either, but for those known', () => {
  const imports = importsOf('.');
  return faultsOf(circlesOf(imports), known, imports);
});

step(`the search for circles finds its ${plantedCircles.length} planted ones`, plantedFaults);

step('nothing is exported that nobody imports, and no file is left over', () => {
  const { ok, output } = run(bin('knip'), KNIP);
  return ok ? undefined : output;
});

step('the search for what nobody imports finds a planted export and a planted file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-dead-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"name":"planted","type":"module"}');
    writeFileSync(join(folder, 'knip.json'), '{"entry":["main.ts"],"project":["*.ts"]}');
    writeFileSync(join(folder, 'main.ts'), "import { used } from './part.ts';\nconsole.log(used);\n");
    writeFileSync(join(folder, 'part.ts'), 'export const used = 1;\nexport const planted = used;\n');
    writeFileSync(join(folder, 'left-over.ts'), 'export const nobody = 1;\n');
    const { output } = run(bin('knip'), [...KNIP, '--directory', folder]);
    const missed = ['planted', 'left-over.ts'].filter((name) => !output.includes(name));
    return missed.length === 0 && !/\bused\b/.test(output) ? undefined : `not found: ${missed}\n${output}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

step("only an effect's own kind compares its verb", verbFaults);

step('the search for compared verbs finds its planted ones', plantedVerbFaults);

step('nothing of ours is imported only for what it does by that', bareImports);

step('the search for such imports finds its planted ones', plantedBareImports);

step('each source of 60 lines or more that does something has a test of its name', () => unnamedFaults('.'));

step('no file has more than 300 lines', () => sizeFaults('.'));

step('a source without a test of its name and a file of 301 lines are found where they are planted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-long-'));
  try {
    run('git', ['init', '--quiet', folder]);
    mkdirSync(join(folder, 'packages/a/src'), { recursive: true });
    const filled = (lines: number) => `${'// a line\n'.repeat(lines - 1)}export const f = () => 1;\n`;
    for (const [name, text] of Object.entries({
      'planted.ts': filled(60),
      'short.ts': filled(59),
      'tested.ts': filled(60),
      'tested.test.ts': '',
      'long.test.ts': filled(301),
    }))
      writeFileSync(join(folder, 'packages/a/src', name), text);
    const found = [unnamedFaults(folder, []), sizeFaults(folder)].join('\n');
    return /planted\.ts/.test(found) && /long\.test\.ts/.test(found) && !/tested|short/.test(found)
      ? undefined
      : `found: ${found}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

step('types', () => {
  const { ok, output } = run(bin('tsc'), ['--project', 'tsconfig.json', '--pretty', 'false']);
  return ok ? undefined : output;
});

step('JSON Schemas and the OpenAPI document are those of the sources', () => {
  const { ok, output } = run(process.execPath, [
    '--conditions=toolcrib-source',
    'scripts/schemas.ts',
    ...(fix ? [] : ['--check']),
  ]);
  return ok ? undefined : output;
});

step('what pages of docs list is what the code has', () => {
  const { ok, output } = run(process.execPath, [
    '--conditions=toolcrib-source',
    'scripts/docs.ts',
    ...(fix ? [] : ['--check']),
  ]);
  return ok ? undefined : output;
});

step('a drift of each list in the docs is found where it is planted', () => {
  const { ok, output } = run(process.execPath, [
    '--conditions=toolcrib-source',
    'scripts/docs.ts',
    '--planted',
  ]);
  return ok ? undefined : output;
});

step('what pages name of files and folders is there', () => pathFaults('.'));

step('no registry host, no path of a machine, no install script', () => {
  const files = run('git', [
    'grep',
    '-nIE',
    'registry\\.npmjs|deb\\.debian\\.org|proxy\\.golang\\.org|/work/|"hasInstallScript": true',
    '--',
    '.',
    ':!scripts/check.ts',
  ]);
  const lines = files.output.split('\n').filter((line) => line !== '');
  // A fixture may quote a published document word for word; it says so in its folder's README.
  const wrong = lines.filter((line) => !/(^|\/)fixtures\//.test(line.split(':')[0] ?? ''));
  return wrong.length === 0 ? undefined : wrong.map((line) => line.slice(0, 160)).join('\n');
});

step('each dependency is in docs/dependencies.md', () => {
  const require = createRequire(import.meta.url);
  const text = readFileSync('docs/dependencies.md', 'utf8');
  const names = ['.', ...PACKAGES.map((name) => `packages/${name}`)].flatMap((folder) => {
    const { dependencies = {}, devDependencies = {} } = require(
      join(process.cwd(), folder, 'package.json'),
    ) as Record<string, Record<string, string>>;
    return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  });
  const missing = [...new Set(names)].filter(
    (name) => !name.startsWith('@toolcrib/') && !text.includes(`\`${name}\``),
  );
  return missing.length === 0 ? undefined : `no line for ${missing.join(', ')}`;
});

process.exit(failed === 0 ? 0 : 1);
