// Which sources have a test of their own name: `npm run node -- scripts/named-tests.ts [path-part …]` lists those that have none.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, normalize } from 'node:path';
import { TESTS } from './import-law.ts';
import { hasFunctions } from './one-line-faults.ts';
import { optionsOf } from './options.ts';

/** From so many lines on a source wants a test of its own name. */
const LINES = 60;
/** Tests of the whole, which are of no single source. */
const OF_THE_WHOLE = ['**/end-to-end/**', '**/e2e/**'];

/** The sources of our packages that want a test of their own name: long enough, and more than types and data. */
export function wantTests(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'packages'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file) && existsSync(join(root, file)))
    .filter((file) => ![...TESTS, ...OF_THE_WHOLE].some((pattern) => matchesGlob(file, pattern)))
    .filter((file) => wantsTest(readFileSync(join(root, file), 'utf8')));
}

/** Whether a source is long enough, and says what is done and not only what there is. */
export function wantsTest(source: string): boolean {
  return source.split('\n').length - 1 >= LINES && hasFunctions(source);
}

/**
 * The tests of a source's own name, which `npm test` runs: `x.test.ts`, `x.SITUATION.test.ts`; and for `x.contract.ts`
 * those beside it or below it that run it.
 * @param source from `root`, with `/`
 */
export function testsOf(root: string, source: string): string[] {
  const [folder, name] = [dirname(source), basename(source, '.ts')];
  const beside = globSync(`${folder}/*.ts`, { cwd: root });
  const tests = beside.filter((file) => basename(file).startsWith(`${name}.`) && file.endsWith('.test.ts'));
  const contract = beside.find((file) => basename(file) === `${name}.contract.ts`);
  return contract === undefined ? tests.sort() : [...tests, ...runningContract(root, contract)].sort();
}

function runningContract(root: string, contract: string): string[] {
  const tests = globSync(`${contract.split('/').slice(0, 3).join('/')}/**/*.test.ts`, { cwd: root });
  return tests.filter((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].some(
      ([, path]) => normalize(join(dirname(file), path ?? '')) === normalize(contract),
    ),
  );
}

/** The sources that want a test of their own name and have none. */
export function withoutTest(root: string): string[] {
  return wantTests(root).filter((file) => testsOf(root, file).length === 0);
}

/** Sources that had none before anybody looked. The list only shrinks. */
const known: readonly string[] = [];

/** @returns which source wants a test of its name, or is known to and has one now; undefined where there is neither */
export function unnamedFaults(root: string, besides: readonly string[] = known): string | undefined {
  const missing = withoutTest(root);
  const faults = [
    ...missing
      .filter((file) => !besides.includes(file))
      .map((file) => `${file} has no test of its name: ${file.replace(/\.ts$/, '.test.ts')}`),
    ...besides
      .filter((file) => !missing.includes(file))
      .map((file) => `${file} has one, or wants none: take it from the list in scripts/named-tests.ts`),
  ];
  return faults.length === 0 ? undefined : faults.join('\n');
}

if (import.meta.main) {
  const { positionals: parts } = optionsOf(
    { allowPositionals: true },
    'scripts/named-tests.ts [PATH-PART …]',
  );
  const missing = withoutTest('.').filter(
    (file) => parts.length === 0 || parts.some((part) => file.includes(part)),
  );
  for (const file of missing) console.log(file);
  console.log(`${missing.length} sources of ${LINES} lines or more have no test of their name.`);
  process.exitCode = missing.length === 0 ? 0 : 1;
}
