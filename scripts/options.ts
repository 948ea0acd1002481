// How a script reads what it was given: who mistyped an option gets a line with what there is, and no stack.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * As `parseArgs` of Node. Where the line can't be read the process ends with 2, before anything was done.
 * @param usage in one line: `npm run plant-fault -- FILE [--seed N]`
 */
export function optionsOf<T extends ParseArgsConfig>(
  config: T,
  usage: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // What Node says after the first sentence is of its own parser.
    const [why = ''] = (error as Error).message.split(/\.? To specify|\n/);
    return wrongUsage(`${why.replace(/\.$/, '')}.`, usage);
  }
}

/** A whole number as it was typed. Where it is none the process ends with 2. */
export function wholeNumber(option: string, text: string, least: number, usage: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least
    ? value
    : wrongUsage(`${option} takes a whole number, ${least} or more, and no ${JSON.stringify(text)}.`, usage);
}

function wrongUsage(why: string, usage: string): never {
  console.error(`${why} Usage: ${usage}`);
  process.exit(2);
}
