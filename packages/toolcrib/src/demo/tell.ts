import { styleText } from 'node:util';
import { wrapped } from '@toolcrib/model';

/** How the demo speaks: one chapter after another, in lines of at most 80 columns. */
export interface Teller {
  chapter(title: string): void;
  line(text?: string): void;
  /** What is typed, or what a program sends. */
  command(text: string): void;
  /** A program's own words, indented. */
  quote(text: string): void;
  /** As it stands, to be copied or read by programs. */
  plain(text: string): void;
}

/** Says nothing: for where only the figures count. */
export const silent: Teller = {
  chapter: () => undefined,
  line: () => undefined,
  command: () => undefined,
  quote: () => undefined,
  plain: () => undefined,
};

const COLUMNS = 80;
const INDENT = '   ';
const BAR = `${INDENT}│ `;

export function teller(out: NodeJS.WriteStream): Teller {
  let chapter = 0;
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: out });
  const write = (text: string) => void out.write(`${text}\n`);
  return {
    chapter(title) {
      chapter++;
      write(`\n${style('bold', `${chapter}. ${title}`)}`);
    },
    line: (text = '') => rows(text, INDENT).forEach(write),
    command: (text) => write(`${INDENT}${style('cyan', `$ ${text}`)}`),
    plain: write,
    quote(text) {
      for (const line of text.trimEnd().split('\n'))
        for (const row of rows(line, BAR)) write(style('dim', row));
    },
  };
}

/** A line as rows of a terminal, each behind what it begins with and as far in as the line is. */
function rows(line: string, before: string): string[] {
  const start = `${before}${/^ */.exec(line)?.[0] ?? ''}`;
  return wrapped(line.trimStart(), COLUMNS - start.length).map((row) => `${start}${row}`.trimEnd());
}
