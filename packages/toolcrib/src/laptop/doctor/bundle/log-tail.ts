import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Names } from './names.ts';
import { OUT, plainWords } from './words.ts';

/** Bytes and lines of the guard's log that a report has at most. */
const BYTES = 64 * 1024;
const LINES = 60;

/** What may stand beside the message of a line: figures, and words of ours. Of everything else only that it was there. */
const FIGURES = new Set(['port', 'pid', 'requests', 'until', 'acts', 'snapshots', 'unseen', 'ms', 'count']);
const WORDS = new Set(['code', 'state', 'why', 'context']);

/** The end of the guard's log, without what it says of anybody's objects. */
export function logTail(path: string, names: Names): string[] {
  let text: string;
  try {
    text = endOf(path);
  } catch (error) {
    return [
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'There is no log.' : 'The log can’t be read.',
    ];
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LINES)
    .map((line) => cleanLine(line, names));
}

function endOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, BYTES);
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, size - length);
    const text = bytes.toString('utf8');
    // The first line is half of one.
    return size > length ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    closeSync(file);
  }
}

/** A line of ours is JSON; one that is none was written by who knows whom, and of it only where in our sources it was is told. */
export function cleanLine(line: string, names: Names): string {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    const place = /^ {4}at .*?([a-z-]{1,40}\.[jt]s):(\d{1,5}):\d{1,5}\)?$/.exec(line);
    return place ? `    at ${place[1]}:${place[2]}` : OUT;
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return OUT;
  const { at, msg, ...detail } = entry as Record<string, unknown>;
  const time = typeof at === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) ? at : OUT;
  const said = typeof msg === 'string' ? plainWords(msg, names) : OUT;
  const more = Object.entries(detail).map(([name, value]) => {
    if (FIGURES.has(name) && typeof value === 'number') return `${name}=${value}`;
    if (WORDS.has(name) && typeof value === 'string') return `${name}=${plainWords(value, names)}`;
    return `${plainWords(name, names)}=${OUT}`;
  });
  return [time, said, ...more].join(' ');
}
