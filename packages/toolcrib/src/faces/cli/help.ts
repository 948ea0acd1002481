import type { AddHelpTextContext, Command } from 'commander';
import { fitted } from './terminal.ts';

/** A line as somebody types it (or several, parted by `\\` and a line's end), and what it is good for. */
type Example = readonly [line: string, what: string];

/** What a command's help says beside its arguments and options. */
export interface Explanation {
  /** What a person has to know before he types it, a paragraph each. */
  notes?: readonly string[];
  /** What its exit codes mean, where they say more than those of all commands. */
  exits?: Readonly<Record<string, string>>;
  /** Real ones: each is parsed by the program in a test. */
  examples: readonly Example[];
}

/** The exit codes of every command that says nothing else. */
export const EXITS: Readonly<Record<string, string>> = {
  0: 'yes',
  1: 'no',
  2: 'wrong usage or bad input',
  3: 'could not tell',
};

const explanations = new WeakMap<Command, Explanation>();

/** Puts notes, examples and exit codes below the help of a command. @returns the command */
export function explained(command: Command, explanation: Explanation): Command {
  explanations.set(command, explanation);
  return command.addHelpText('after', (context) => footer(explanation, columnsOf(context)));
}

/** What stands below the help of a command; undefined where nobody has said anything. */
export function explanationOf(command: Command): Explanation | undefined {
  return explanations.get(command);
}

function columnsOf({ command, error }: AddHelpTextContext): number {
  const { getErrHelpWidth, getOutHelpWidth } = command.configureOutput();
  return (error ? getErrHelpWidth?.() : getOutHelpWidth?.()) || 80;
}

/** Beside the lines there is room for what they do, unless one is longer than this. Columns. */
const LONG = 40;

function footer({ notes = [], examples, exits }: Explanation, columns: number): string {
  const blocks = [
    notes.map((note) => fitted(note, columns, 0)).join('\n'),
    ['Examples:', ...examplesText(examples, columns)].join('\n'),
    exits === undefined ? '' : exitsText(exits, columns),
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}`;
}

function examplesText(examples: readonly Example[], columns: number): string[] {
  const left = Math.max(...examples.map(([line]) => (line.length > LONG ? 0 : line.length))) + 5;
  return examples.flatMap(([line, what]) => {
    const beside = `  ${line.padEnd(left - 2)}${what}`.trimEnd();
    // A line to be copied stands whole, and what it does below it.
    return what !== '' && (line.length > LONG || beside.length > columns)
      ? [`  ${line}`, fitted(`      ${what}`, columns, 6)]
      : [beside];
  });
}

function exitsText(exits: Readonly<Record<string, string>>, columns: number): string {
  const all = Object.entries(exits);
  const short = `Exit codes: ${all.map(([code, what]) => `${code} ${what}`).join('; ')}.`;
  if (short.length <= columns) return short;
  const left = Math.max(...Object.keys(exits).map((code) => code.length));
  return [
    'Exit codes:',
    ...all.map(([code, what]) => fitted(`  ${code.padEnd(left)}  ${what}`, columns, left + 4)),
  ].join('\n');
}
