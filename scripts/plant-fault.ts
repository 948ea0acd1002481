// Does a source's own test notice a fault in it? `npm run node -- scripts/plant-fault.ts FILE [--seed N] [--count N]` plants
// faults of one line, drawn by seed, one at a time in a copy of the tree, and runs the tests of the file's name.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { testsOf } from './named-tests.ts';
import { type OneLineFault, oneLineFaults, withFault } from './one-line-faults.ts';
import { optionsOf, wholeNumber } from './options.ts';
import { copyTree } from './tree-copy.ts';

const USAGE = 'npm run plant-fault -- FILE [--seed N] [--count N]';
const ROOT = resolve(import.meta.dirname, '..');
/** A fault may make a test hang: that is red, too. Milliseconds. */
const TEST_TIMEOUT = 30_000;
const LIMIT = 180_000;

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
export function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of a list, drawn; all of them where there are fewer. */
export function draw<T>(from: readonly T[], count: number, next: () => number): T[] {
  const left = [...from];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0)
    taken.push(...left.splice(Math.floor(next() * left.length), 1));
  return taken;
}

/** Ends a test runner and what it started: a file that runs in circles would go on without it. */
export function killAll({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

/** Whether the tests pass in that folder. What hangs does not. */
export function passes(folder: string, tests: readonly string[]): Promise<boolean> {
  const args = [
    '--conditions=toolcrib-source',
    '--no-warnings',
    '--test',
    `--test-timeout=${TEST_TIMEOUT}`,
    ...tests,
  ];
  return new Promise((done) => {
    const env = { ...process.env };
    // Set where this runs below a test runner itself; the inner one would then report to it.
    delete env.NODE_TEST_CONTEXT;
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore', detached: true });
    const limit = setTimeout(() => killAll(child), LIMIT);
    child.once('close', (code) => {
      clearTimeout(limit);
      done(code === 0);
    });
  });
}

/** Plants the fault in the copy, runs the tests there, and takes it out again. */
export async function noticed(
  copy: string,
  file: string,
  fault: OneLineFault,
  tests: readonly string[],
): Promise<boolean> {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, withFault(before, fault));
    return !(await passes(copy, tests));
  } finally {
    writeFileSync(path, before);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = optionsOf(
    {
      allowPositionals: true,
      options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '10' } },
    },
    USAGE,
  );
  const [given] = positionals;
  if (given === undefined) {
    console.error(`Which file? ${USAGE}`);
    return 2;
  }
  const seed = wholeNumber('--seed', values.seed, 0, USAGE);
  const count = wholeNumber('--count', values.count, 1, USAGE);
  const file = relative(ROOT, resolve(given));
  if (!existsSync(join(ROOT, file))) {
    console.error(`There is no file ${file}.`);
    return 2;
  }
  const tests = testsOf(ROOT, file);
  if (tests.length === 0) {
    console.error(`No test has the name of ${file}.`);
    return 2;
  }
  const faults = oneLineFaults(readFileSync(join(ROOT, file), 'utf8'));
  const chosen = draw(faults, count, drawn(seed));
  const copy = copyTree();
  let red = 0;
  try {
    if (!(await passes(copy, tests))) {
      console.error(`The tests of ${file} are red without a fault: ${tests.join(', ')}`);
      return 1;
    }
    for (const fault of chosen) {
      const seen = await noticed(copy, file, fault, tests);
      if (seen) red++;
      console.log(`${seen ? 'red         ' : 'STAYS GREEN '} ${fault.told}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  console.log(
    `\n${red} of ${chosen.length} faults (of ${faults.length} there are) turn ${tests.join(', ')} red.`,
  );
  return red === chosen.length ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
