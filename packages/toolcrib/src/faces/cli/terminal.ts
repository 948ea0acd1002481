import { styleText } from 'node:util';
import type { Palette } from '@toolcrib/guard/radius';
import { bound, unbound } from '@toolcrib/model/commands';
import { nameText } from '@toolcrib/model/name-text';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';

export type Output = 'text' | 'json' | 'yaml';

/** `-o text|json|yaml`, the same on every command. */
export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'for people, or for programs')
      .choices(['text', 'json', 'yaml'])
      .default('text'),
  );
}

/** For commander: a whole number within bounds, and nothing else. `12abc` is no 12. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const upTo = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
    throw new InvalidArgumentError(`It takes a whole number, ${upTo}.`);
  };
}

/** Prints `value` as JSON or YAML, or `text()` for people. */
export function print(output: Output, value: unknown, text: () => string): void {
  const rendered =
    output === 'json'
      ? JSON.stringify(dated(value), null, 2)
      : output === 'yaml'
        ? stringify(dated(value)).trimEnd()
        : fitted(text(), process.stdout.columns);
  process.stdout.write(rendered === '' || rendered.endsWith('\n') ? rendered : `${rendered}\n`);
}

/** Fields that hold a point in time, in milliseconds since 1970 inside. */
const TIMES = new Set([
  'at',
  'startedAt',
  'lastAt',
  'createdAt',
  'expiresAt',
  'coversUntil',
  'finishAfter',
  'takenAt',
  'seenAt',
]);

/** For other programs: points in time as RFC 3339, in UTC. */
export function dated(value: unknown): unknown {
  const text = JSON.stringify(value, (key, one) =>
    TIMES.has(key) && typeof one === 'number' ? new Date(one).toISOString() : one,
  );
  return text === undefined ? undefined : JSON.parse(text);
}

/** `2026-11-30 14:03:05 +01:00`: local time, with what it is from UTC. */
export function dateTime(time: number): string {
  const date = new Date(time);
  return `${day(date)} ${date.toTimeString().slice(0, 8)} ${zone(date)}`;
}

/** Not by the formats of a locale: to load those costs a tenth of a command's time. */
function day(date: Date): string {
  const two = (count: number) => String(count).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `+01:00` */
export function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const [hours, rest] = [Math.abs(minutes) / 60, Math.abs(minutes) % 60];
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

/** To standard error: progress and hints, so that standard output can be piped. */
export function say(line: string): void {
  process.stderr.write(`${fitted(line, process.stderr.columns)}\n`);
}

type Style = Parameters<typeof styleText>[0];

/** Colours where standard output is a terminal and NO_COLOR is not set; else the text as it is. */
function style(format: Style): (text: string) => string {
  // styleText itself asks the stream, NO_COLOR and FORCE_COLOR.
  return (text) => styleText(format, text, { stream: process.stdout });
}

export const bold = style('bold');
export const faint = style('dim');
export const good = style('green');
export const bad = style('red');
export const mild = style('yellow');

export const palette: Palette = { lost: bad, restorable: mild, returns: faint, faint, bold };

/** Columns of the terminal, 80 where there is none. */
export function width(): number {
  return Math.max(40, Math.min(process.stdout.columns || 80, 120));
}

/**
 * Columns padded to their widest cell; the last one is broken at spaces under itself where it would not fit. Colours in
 * cells are left out of the count.
 * @param columns of the terminal; none: what reads this has lines as long as they are
 */
export function table(
  rows: readonly (readonly string[])[],
  columns: number | undefined = process.stdout.columns,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, visible(cell).length);
  }
  return rows
    .map((row) => {
      const cells = row
        .slice(0, -1)
        .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - visible(cell).length));
      const left = widths.slice(0, cells.length).reduce((sum, one) => sum + one + 2, 0);
      const text = [...cells, row.at(-1) ?? ''].join('  ');
      return left + 20 > (columns ?? left) ? text : fitted(text, columns, left);
    })
    .join('\n');
}

/** A command at a line's beginning goes up to the explanation that two spaces part from it. */
const FIRST = /^ {2,}toolcrib(?: \S+)*/;

/** A point in time, as `when` and `dateTime` write it, is one word, with what clings to it. */
const WORDS = / *(?:[^ \d]*\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?: [+-]\d\d:\d\d)?[^ ]*|[^ ]+)/g;

/**
 * Lines that are longer than the terminal, broken at spaces; what follows is indented. A word, a point in time, and a command
 * to be copied are never broken.
 * @param columns none, or 0: as it is
 * @param under columns by which the rest of a line is indented, where it fits so; default: two more than the line itself
 */
export function fitted(text: string, columns: number | undefined, under?: number): string {
  // A terminal whose size nobody has set says 0: script(1), a container's, an editor's.
  if (!columns) return text;
  const lines = text.split('\n').map((line) => {
    if (visible(line).length <= columns) return line;
    const start = (FIRST.exec(line) ?? /^ */.exec(line))?.[0] ?? '';
    const indent = under ?? (/^ */.exec(line)?.[0].length ?? 0) + 2;
    const done: string[] = [];
    let now = start;
    for (const word of bound(line.slice(start.length)).match(WORDS) ?? []) {
      if (visible(now + word).length <= columns || visible(now).trim() === '') now += word;
      else {
        done.push(now);
        const rest = word.trimStart();
        // Further to the left where it fits only there: the terminal itself would break it in the middle.
        now = ' '.repeat(Math.max(0, Math.min(indent, columns - visible(rest).length))) + rest;
      }
    }
    return unbound([...done, now].join('\n'));
  });
  return lines.join('\n');
}

function visible(text: string): string {
  // biome-ignore lint/complexity/useRegexLiterals: the escape would stand in the source as a control character
  return text.replace(new RegExp('\\u001b\\[[0-9;]*m', 'g'), '');
}

/** `14:03:05` today, with the date before it on other days. Local time. */
export function when(time: number, now: number = Date.now()): string {
  const date = new Date(time);
  const clock = date.toTimeString().slice(0, 8);
  return date.toDateString() === new Date(now).toDateString() ? clock : `${day(date)} ${clock}`;
}

/** Whether a person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
}

/** Asks on the terminal; the answer without spaces around it. An end of input is an empty answer. */
export async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } catch {
    return '';
  } finally {
    lines.close();
  }
}

/** What came from a cluster or a file, without anything that a terminal would obey. */
export function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** A name from a cluster or a file, in a list or a sentence: in quotes where it would not be seen, or not as one. */
export function named(name: string): string {
  return clean(nameText(name));
}
