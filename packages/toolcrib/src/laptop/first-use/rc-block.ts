/**
 * What setup adds to a file of the person's own: lines between marks, by which they are found and taken out again. The first mark
 * also says what else was new, so that every byte comes back: a line's end that the file did not have at its end, or the whole file
 * with the folders that were made for it. Texts are bytes, one character each (latin1).
 */
const BEGIN = '# >>> toolcrib setup';
const END = '# <<< toolcrib setup <<<';
/** With no other beginning within: what stands below a mark that has lost its end is the person's. */
const BLOCK =
  /^# >>> toolcrib setup(?: \[(?:(joined)|made (\d{1,2}))\])? >>>(\r?)\n((?:(?!^# >>> toolcrib setup)[\s\S])*?)^# <<< toolcrib setup <<<(?:\r?\n|$)/m;

export interface Block {
  /** Without the marks. */
  lines: string[];
  /** What the file is without it; undefined where there was none. */
  before: string | undefined;
  /** So many folders above it were made for it. */
  folders: number;
}

/**
 * The file with the block at its end.
 * @param before undefined where there is no file @param folders that are made for it
 */
export function withBlock(before: string | undefined, lines: readonly string[], folders = 0): string {
  const joined = before !== undefined && before !== '' && !before.endsWith('\n');
  const mark = before === undefined ? ` [made ${folders}]` : joined ? ' [joined]' : '';
  return `${before ?? ''}${joined ? '\n' : ''}${[`${BEGIN}${mark} >>>`, ...lines, END].join('\n')}\n`;
}

/** The block in a file, the first where somebody has copied it; undefined where there is none that is whole. */
export function blockIn(text: string): Block | undefined {
  const found = BLOCK.exec(text);
  if (!found) return undefined;
  const [all, joined, made, carriage = '', inner = ''] = found;
  const head = text.slice(0, found.index);
  const tail = text.slice(found.index + all.length);
  // The line's end before it is needed by what was written below since.
  const rest = joined && tail === '' ? head.slice(0, -`${carriage}\n`.length) : head + tail;
  return {
    lines: inner.split(/\r?\n/).slice(0, -1),
    before: made !== undefined && rest === '' ? undefined : rest,
    folders: Number(made ?? 0),
  };
}

/** Whether there is a mark of which nobody can tell any more what it began or ended. */
export function isTorn(text: string): boolean {
  let rest = text;
  while (BLOCK.test(rest)) rest = rest.replace(BLOCK, '');
  return rest.includes(BEGIN) || rest.includes(END);
}
