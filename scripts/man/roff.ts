// Text as roff takes it, by groff_char(7) and mandoc_char(7): nothing in it is a request, and what is copied from a page is
// what a shell takes.

const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\(rs',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** One line of text. */
export function escaped(text: string): string {
  const line = text
    .replaceAll('\n', ' ')
    .replace(/[\\\-'`^~]/g, (one) => CHARACTERS[one] ?? one)
    .replace(
      /[^\u0000-\u007f]/gu,
      (one) => `\\[u${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return line.startsWith('.') ? `\\&${line}` : line;
}

export const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;

/** A paragraph: each sentence on a line of its own, as man pages are written. */
export function paragraph(text: string): string {
  return text
    .split(/(?<=[.?!]) (?=[A-Z])/)
    .map(escaped)
    .join('\n');
}

/** A section, or nothing where it says nothing. */
export function section(name: string, body: string): string {
  return body === '' ? '' : `.SH ${/ /.test(name) ? `"${name}"` : name}\n${body}\n`;
}

/** What is explained, each under its term. @param items the term in roff, what it is in plain words */
export function list(items: readonly (readonly [term: string, what: string])[]): string {
  return items.map(([term, what]) => `.TP\n${term}\n${what === '' ? '\\&' : paragraph(what)}`).join('\n');
}

/** Lines as they stand: to be copied, or in columns. */
export function asItStands(text: string): string {
  return ['.EX', ...text.split('\n').map(escaped), '.EE'].join('\n');
}
