// What pages print to be typed: the lines of their `sh` and `console` blocks, and `toolcrib …` in backticks.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One command as a page prints it. */
export interface Printed {
  page: string;
  /** Of the page, from 1. */
  line: number;
  /** As typed: without its comment, its lines put together. */
  command: string;
  /** What stands behind `#`; '' where nothing does. */
  comment: string;
}

/** The pages that are for people who type: relative to the root, sorted. */
export function pagesIn(root: string): string[] {
  return globSync(['*.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root }).sort();
}

/** All that the pages of a repository print in blocks, in the order in which it stands there. */
export function allPrinted(root: string): Printed[] {
  return pagesIn(root).flatMap((page) => printedIn(page, readFileSync(join(root, page), 'utf8')));
}

interface Block {
  language: string;
  /** Of the page, from 1. */
  first: number;
  lines: string[];
}

/** The fenced blocks of a page, those in lists too. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { indent: string }) | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^(\s*)```(\w*)\s*$/.exec(line);
    if (fence && !open)
      open = { indent: fence[1] ?? '', language: fence[2] ?? '', first: index + 2, lines: [] };
    else if (fence && open) {
      blocks.push({ language: open.language, first: open.first, lines: open.lines });
      open = undefined;
    } else if (open) open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  if (open) throw new Error(`a block that begins at line ${open.first - 1} does not end`);
  return blocks;
}

/** What blocks of a page print to be typed. Of `console` blocks it is what stands behind `$ `. */
export function printedIn(page: string, text: string): Printed[] {
  return blocksOf(text).flatMap(({ language, first, lines }) => {
    if (language !== 'sh' && language !== 'console') return [];
    const printed: Printed[] = [];
    let begun: { line: number; text: string } | undefined;
    for (const [index, raw] of lines.entries()) {
      if (language === 'console' && !begun && !raw.startsWith('$ ')) continue;
      const text = `${begun ? `${begun.text} ` : ''}${(language === 'console' ? raw.replace(/^\$ /, '') : raw).trim()}`;
      const line = begun?.line ?? first + index;
      if (text.endsWith('\\')) {
        begun = { line, text: text.slice(0, -1).trimEnd() };
        continue;
      }
      begun = undefined;
      const { command, comment } = split(text);
      if (command !== '') printed.push({ page, line, command, comment });
    }
    return printed;
  });
}

/** A `#` begins a comment where a word could begin, outside quotes. */
function split(text: string): { command: string; comment: string } {
  let quote = '';
  for (const [at, char] of [...text].entries()) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === '#' && (at === 0 || /\s/.test([...text][at - 1] ?? ''))) {
      const chars = [...text];
      return {
        command: chars.slice(0, at).join('').trimEnd(),
        comment: chars
          .slice(at + 1)
          .join('')
          .trim(),
      };
    }
  }
  return { command: text.trimEnd(), comment: '' };
}

/** `toolcrib …` in backticks outside blocks, each once. */
export function namedIn(text: string): string[] {
  const outside = text.replaceAll(/^([ \t]*)```[\s\S]*?^\1```/gm, '');
  const spans = [...outside.matchAll(/(`+)([^`](?:[\s\S]*?[^`])?)\1(?!`)/g)].map(([, , span = '']) =>
    span.replaceAll(/\s+/g, ' ').trim(),
  );
  return [...new Set(spans.filter((span) => /^(?:eval "\$\()?toolcrib [^…]*$/.test(span)))];
}

const PROGRAMS = /^(?:\$ )?(?:toolcrib|npm|npx|kubectl|helm|brew|curl|sudo|git|eval) \S/;

/** Commands in a block that nobody reads here, since it is none of the shell's. */
export function unread(page: string, text: string): string[] {
  return blocksOf(text)
    .filter(({ language }) => language === '')
    .flatMap(({ first, lines }) =>
      lines
        .map((line, index) => ({ line, at: first + index }))
        .filter(({ line }) => PROGRAMS.test(line.trim()))
        .map(({ line, at }) => `${page}:${at}: ${line.trim()}: its block is none of sh`),
    );
}
