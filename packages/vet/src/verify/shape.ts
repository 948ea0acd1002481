/** Cheap looks at bytes, to tell which scheme a proof belongs to before anything is parsed. */
const HEAD = 64 * 1024;

export function startsWithJson(bytes: Uint8Array): boolean {
  // A plain loop: megabytes of white space may stand before it, and every scheme looks.
  let at = 0;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return bytes[at] === 0x7b || bytes[at] === 0x5b;
}

export function contains(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(text);
}

/** JSON Lines: the first line is a whole object already, and there is another. */
export function severalLines(bytes: Uint8Array): boolean {
  // Not by a regular expression: with a run of line ends it would try every way to divide them.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD * 16))
    .toString('latin1')
    .trimStart();
  const end = text.indexOf('\n');
  if (end < 0) return false;
  const line = text.slice(0, end).trimEnd();
  return line.startsWith('{') && line.endsWith('}') && text.slice(end).trimStart().startsWith('{');
}
