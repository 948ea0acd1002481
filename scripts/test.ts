// Runs the tests of one kind: `node scripts/test.ts [unit|network|system|cluster] [path-part …]`.
// unit:    needs nothing but Node, and no network          *.test.ts
// network: needs the package registries                    *.network.test.ts
// system:  needs programs from the distribution            *.system.test.ts
// cluster: needs Go, builds and starts a real cluster      *.cluster.test.ts
// Files of the kind unit share processes (CONTRIBUTING.md, "Tests"): to start one for each cost more than most of them.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { holesIn } from './holes-reporter.ts';
import { scratchPlace } from './scratch-place.ts';
import { makeAlone, makeQueue, notEnded } from './shared-queue.ts';

const kinds = ['network', 'system', 'cluster'];
const [first, ...rest] = process.argv.slice(2);
const kind = first !== undefined && [...kinds, 'unit'].includes(first) ? first : 'unit';
const parts = kind === first ? rest : process.argv.slice(2);

const special = new RegExp(`\\.(${kinds.join('|')})\\.test\\.ts$`);
const folders = ['packages/*/src', 'scripts', 'testbed', 'conformance', 'deep'];
const files = globSync(folders.map((folder) => `${folder}/**/*.test.ts`))
  .filter((file) => (kind === 'unit' ? !special.test(file) : file.endsWith(`.${kind}.test.ts`)))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort();

if (files.length === 0) {
  console.error(`No ${kind} tests match ${parts.join(', ') || '(anything)'}.`);
  process.exit(2);
}
/** The line with which a file asks for a process of its own, and says why. */
const ALONE = /^\/\/ Alone in its process: ./m;
const alone = files.filter((file) => kind !== 'unit' || ALONE.test(readFileSync(file, 'utf8')));
// Those of whole guards and terminals take longest: first, so that none of them is left for the end.
const long = (file: string) => Number(!/\/(end-to-end|laptop|demo|faces)\//.test(file));
const shared = files.filter((file) => !alone.includes(file)).sort((a, b) => long(a) - long(b));

// A real control plane is heavy, and its limits are the real ones: one file at a time there.
// Unit tests wait for other processes for half of their time: twice as many as cores keep the cores busy.
const concurrency = kind === 'cluster' ? 1 : kind === 'unit' ? 2 * availableParallelism() : 2;
// Of one test, and of the whole run: a file whose tests have ended may hang as well, which --test-timeout does not see.
// Only what hangs takes that long, however slow the machine: CI must end, and red.
const TEST_MINUTES = 30;
const RUN_MINUTES = 90;
// Who starts guards and commands starts them out of a bundle of these sources: that takes a second once, and saves one for each guard.
const starting = files.some((file) => file.startsWith('packages/toolcrib/'));
const bundled = starting
  ? await bundle(join(import.meta.dirname, '..'), ['testing/limited-guard'])
  : undefined;
// Code that is run: nobody else may write it.
const compiled = join(import.meta.dirname, '..', 'node_modules', '.cache', 'tests-compiled');
mkdirSync(compiled, { recursive: true, mode: 0o700 });
// A short name: sockets lie below it, whose paths have a limit.
// Of a real control plane the builds and the data are too large for memory.
const scratch = mkdtempSync(join(kind === 'unit' ? scratchPlace() : tmpdir(), 'tct-'));
const holes = join(scratch, 'holes');
const queue = join(scratch, 'queue');
const processes = makeQueue(queue, shared, concurrency);
const queues = alone.map((_, index) => join(scratch, `alone-${index}`));
const ownProcesses = alone.map((file, index) => makeAlone(queues[index] ?? '', file));
const { status } = spawnSync(
  process.execPath,
  [
    '--conditions=toolcrib-source',
    '--test',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_MINUTES * 60_000}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(import.meta.dirname, 'holes-reporter.ts')}`,
    `--test-reporter-destination=${holes}`,
    ...ownProcesses,
    ...processes,
  ],
  {
    stdio: 'inherit',
    timeout: RUN_MINUTES * 60_000,
    // Half of the start of each process, of ours and of those that tests start, is compiling.
    env: {
      NODE_COMPILE_CACHE: compiled,
      ...process.env,
      // What tests make lies there, and goes with it.
      ...(kind === 'unit' ? { TMPDIR: scratch } : {}),
      TOOLCRIB_TEST_BUNDLE: bundled,
    },
  },
);
const { empty, skipped } = holesIn(readFileSync(holes, 'utf8'));
const told = [queue, ...queues].flatMap(notEnded);
rmSync(scratch, { recursive: true });
if (told.length > 0) console.error(`\nNot to their end:\n${told.join('\n')}`);
if (empty.length > 0) console.error(`\nWithout a test:\n${empty.join('\n')}`);
// A person's machine may lack a shell or a program. CI installs them all: what is skipped there is a hole in the proof.
if (process.env.CI && skipped.length > 0) {
  console.error(`\nSkipped or to be done, which CI does not allow:\n${skipped.join('\n')}`);
  process.exit(1);
}
process.exit(told.length > 0 || empty.length > 0 ? 1 : (status ?? 1));
