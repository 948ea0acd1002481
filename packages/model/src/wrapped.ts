import { bound, unbound } from './commands.ts';

/**
 * A text as lines, broken at spaces.
 * @param width of a line, in characters
 * @param first room in the first line, which stays empty where no word fits it
 */
export function wrapped(text: string, width: number, first: number = width): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of bound(text).split(' ')) {
    const word = unbound(part);
    const room = lines.length === 0 ? first : width;
    const fits = line === '' ? word.length <= room : line.length + 1 + word.length <= room;
    if (fits || (line === '' && room === width)) line = line === '' ? word : `${line} ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
