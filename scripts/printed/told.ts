import type { Person } from './person.ts';
import type { Said } from './shell.ts';

/** Runs a command as a page prints it; the words of `fill` (CODE, ACT …) are what the program has said before. */
export type Type = (
  command: string,
  expected?: { code?: number | number[]; says?: RegExp; fill?: Record<string, string> },
) => Promise<Said>;

export interface Told {
  person: Person;
  type: Type;
  /** That a command was run as it is printed. */
  ran(command: string): void;
}
