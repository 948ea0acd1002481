import { styleText } from 'node:util';

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
    line: (text = '') => write(text === '' ? '' : `   ${text}`),
    command: (text) => write(`   ${style('cyan', `$ ${text}`)}`),
    plain: write,
    quote(text) {
      for (const line of text.trimEnd().split('\n')) write(style('dim', `   │ ${line}`));
    },
  };
}
