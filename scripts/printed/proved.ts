// Whether everything that the pages print is proved, given what was run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf, leftOver } from './proofs.ts';
import { allPrinted, namedIn, pagesIn } from './read.ts';
import { liveThroughIt } from './story.ts';

/**
 * Lives through the story.
 * @param start how `toolcrib` is started: a program and its first arguments
 * @returns the commands that were run as they are printed
 */
export async function storyIn(start: readonly string[], root: string): Promise<ReadonlySet<string>> {
  const ran = new Set<string>();
  await liveThroughIt(start, root, (command) => ran.add(command));
  return ran;
}

/** @returns printed commands that nobody proves, what was run and is printed nowhere, and what is said of what has gone */
export async function unproved(ran: ReadonlySet<string>, root: string): Promise<string[]> {
  const printed = allPrinted(root);
  const faults = await Promise.all(printed.map((one) => faultOf(one, (command) => ran.has(command), root)));
  const known = new Set([
    ...printed.map(({ command }) => command),
    ...pagesIn(root).flatMap((page) => namedIn(readFileSync(join(root, page), 'utf8'))),
  ]);
  return [
    ...faults.filter((fault) => fault !== undefined),
    ...[...ran]
      .filter((command) => !known.has(command))
      .map((command) => `${command} is run and printed nowhere`),
    ...leftOver(printed),
  ];
}

/**
 * What was installed does what the pages print. For `npm run pack:try`.
 * @param must is told whether it is so
 */
export async function printedIsTrue(
  start: readonly string[],
  root: string,
  must: (name: string, isSo: boolean) => void,
): Promise<void> {
  try {
    const ran = await storyIn(start, root);
    const faults = await unproved(ran, root);
    must(
      `${ran.size} printed commands do from the packs what is printed ${faults.join('; ')}`,
      faults.length === 0,
    );
  } catch (error) {
    must(`a printed command, run from the packs: ${(error as Error).message}`, false);
  }
}
