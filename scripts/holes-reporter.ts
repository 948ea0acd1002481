import { basename } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

/** Where a test file becomes a suite: in a process that several share, or in its own. */
const RUNNERS = ['shared-process.ts', 'alone.mjs'];

/**
 * A reporter that writes a line for each hole in the proof which is green all the same. `empty`: a test file in which there is no
 * test, skipped ones counted: one that was emptied, or whose tests hang on what is never so. `skip` and `todo`: what did not run,
 * or may fail, and why.
 */
export default async function* holes(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let tests = 0;
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, nesting, details, file = '', skip, todo } = event.data;
    for (const [kind, why] of Object.entries({ skip, todo }))
      if (why !== undefined && why !== false)
        yield `${kind} ${name}: ${why === true || why === '' ? 'no reason given' : why}\n`;
    if (details.type !== 'suite') tests++;
    if (nesting > 0) continue;
    if (details.type === 'suite' && RUNNERS.includes(basename(file)) && tests === 0) yield `empty ${name}\n`;
    tests = 0;
  }
}

/** The lines that it wrote into a file, by what they are. */
export function holesIn(text: string): { empty: string[]; skipped: string[] } {
  const lines = text.split('\n').filter((line) => line !== '');
  const isEmpty = (line: string) => line.startsWith('empty ');
  return {
    empty: lines.filter(isEmpty).map((line) => line.slice('empty '.length)),
    skipped: lines.filter((line) => !isEmpty(line)),
  };
}
