// What a process does that many test files share: it takes the next file of the queue, runs it as one suite, looks at
// what it left behind, takes the next. Several such processes take from one queue, so none of them waits for another.
import { registerHooks } from 'node:module';
import { relative } from 'node:path';
import { after, suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { putBack, type Shared, sharedNow, watchMocks } from './left-behind.ts';
import { ended, filesOf, take } from './shared-queue.ts';
import { measured } from './test-costs.ts';

/** Milliseconds: only a leak takes that long to close. */
const CLOSING_LIMIT = 20_000;

/** What only tests import: helpers and contracts. */
const OF_TESTS = /^file:.*(\/testing\/[^?]*|\.contract)\.ts$/;

/**
 * Runs what of this queue nobody else has taken.
 * @param limit how long what a file has opened may take to close after its last test, in ms
 */
export async function runShared(queue: string, limit = CLOSING_LIMIT): Promise<void> {
  let turn = 0;
  // They are loaded anew for each file: their hooks are that file's, their variables as at the start. The program is not.
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return OF_TESTS.test(found.url) ? { ...found, url: `${found.url}?turn=${turn}` } : found;
    },
  });
  watchMocks();
  let before = resources();
  let leaks = false;
  for (const [index, file] of filesOf(queue).entries()) {
    if (!take(queue, index)) continue;
    turn = index;
    const over = measured(nameOf(file));
    const shared = await run(file);
    over();
    const left = await leftOpen(before, limit);
    const changed = putBack(shared);
    // A file that is fine costs no test of its own: the numbers that are reported are those of the files.
    if (left.length > 0) await fails(file, `left open after its tests: ${left.join(', ')}`);
    if (changed.length > 0)
      await fails(file, `changed for all that share its process: ${changed.join(', ')}`);
    leaks ||= left.length > 0;
    before = resources();
    ended(queue, index);
  }
  // It has been told, in the name of the file; to wait for it as well would be to hang.
  if (!leaks) return;
  await reported();
  process.exit(1);
}

/**
 * The file as a suite: its top-level tests and hooks are the suite's. Resolves after its last hook, red or green, with
 * what all files of the process share as it was before.
 */
function run(file: string): Promise<Shared> {
  return new Promise((done) => {
    suite(nameOf(file), async () => {
      const shared = sharedNow();
      try {
        await import(pathToFileURL(file).href);
      } finally {
        after(() => done(shared));
      }
    });
  });
}

const nameOf = (file: string) => relative(process.cwd(), file);

/** What keeps this process alive, sorted. Our own wait is a timer as well, which the callers leave out. */
function resources(): string[] {
  return process.getActiveResourcesInfo().sort();
}

/** Waits until nothing is open but what was before; after the limit, what still is. */
async function leftOpen(before: string[], limit: number): Promise<string[]> {
  const until = performance.now() + limit;
  for (let wait = 0; ; wait = Math.min(wait + 1, 50)) {
    const left = minus(resources(), before);
    if (left.length === 0 || performance.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Turns of the event loop: a report is handed on in a few. What was left running may go on writing for ever. */
const QUIET = 100;
const MOST = 10_000;

/**
 * Waits until what was reported has left this process: it goes out turn by turn, and an exit would lose it, with it the name of
 * the file that is to blame.
 */
async function reported(): Promise<void> {
  const { stdout } = process;
  let written = -1;
  for (let turn = 0, quiet = 0; quiet < QUIET && turn < MOST; turn++) {
    await new Promise(setImmediate);
    quiet = stdout.writableLength === 0 && stdout.bytesWritten === written ? quiet + 1 : 0;
    written = stdout.bytesWritten;
  }
}

function minus(now: string[], before: string[]): string[] {
  const rest = [...before];
  return now.filter((name) => {
    const at = rest.indexOf(name);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** A red test that names the file. */
function fails(file: string, why: string): Promise<void> {
  return new Promise((done) => {
    test(`${nameOf(file)} leaves its process as it found it`, () => {
      done();
      throw new Error(why);
    });
  });
}
