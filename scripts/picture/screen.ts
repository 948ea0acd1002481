// What a terminal shows of a program that writes line by line, in words and in colours: no more than our demo needs.

/** Part of a line that looks alike. */
export interface Span {
  text: string;
  look: 'plain' | 'bold' | 'dim' | 'cyan';
}
/** What stands in one row, from left to right; empty: an empty one. */
export type Line = Span[];

const LOOKS: Record<string, Span['look']> = {
  '0': 'plain',
  '1': 'bold',
  '2': 'dim',
  '22': 'plain',
  '36': 'cyan',
  '39': 'plain',
};
const PARTS = /\u001b\[(\d*)m|([^\u001b\r\n]+)|(\n)|\r/gu;

/**
 * @param output of a program in a terminal
 * @throws Error where it moves the cursor, or has a colour that nobody here knows: a picture of that would be a wrong one
 */
export function screenOf(output: string, columns: number): Line[] {
  const lines: Line[] = [[]];
  let look: Span['look'] = 'plain';
  let read = 0;
  let column = 0;
  for (const [whole, code, text, end] of output.matchAll(PARTS)) {
    read += whole.length;
    if (code !== undefined) {
      const next = LOOKS[code === '' ? '0' : code];
      if (next === undefined) throw new Error(`a colour that is not known here: ${JSON.stringify(whole)}`);
      look = next;
    } else if (end) {
      lines.push([]);
      column = 0;
    }
    for (const char of text ?? '') {
      // A terminal goes on in its next row.
      if (column === columns) {
        lines.push([]);
        column = 0;
      }
      column++;
      const line = lines.at(-1) ?? [];
      const last = line.at(-1);
      if (last?.look === look) last.text += char;
      else line.push({ text: char, look });
    }
  }
  if (read !== output.length) throw new Error('the program writes what is neither text nor colour');
  return lines;
}
