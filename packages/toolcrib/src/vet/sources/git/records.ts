/** Bytes kept of one field; the rest of a longer one is dropped, so that no commit can fill the memory. */
export const FIELD_LIMIT = 64 * 1024;

/**
 * Splits a stream of NUL-terminated fields into records of `width` fields, holding one record at a time. Invalid UTF-8
 * becomes U+FFFD.
 */
export async function* records(stream: AsyncIterable<Buffer>, width: number): AsyncGenerator<string[]> {
  let record: string[] = [];
  let parts: Buffer[] = [];
  let kept = 0;
  for await (const bytes of stream) {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(0, from);
      const piece = bytes.subarray(from, end === -1 ? bytes.length : end);
      if (kept < FIELD_LIMIT) parts.push(piece.subarray(0, FIELD_LIMIT - kept));
      kept += piece.length;
      if (end === -1) break;
      record.push((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString('utf8'));
      parts = [];
      kept = 0;
      from = end + 1;
      if (record.length < width) continue;
      yield record;
      record = [];
    }
  }
}

/** Lines of a stream, each cut at the field limit. */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const text = rest + decoder.decode(bytes, { stream: true });
    const all = text.split('\n');
    rest = (all.pop() ?? '').slice(0, FIELD_LIMIT);
    for (const line of all) yield line.slice(0, FIELD_LIMIT);
  }
  if (rest !== '') yield rest;
}
