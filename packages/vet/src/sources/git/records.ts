import { isUtf8 } from 'node:buffer';

/** Bytes kept of one field; the rest of a longer one is dropped, so that no commit can fill the memory. */
export const FIELD_LIMIT = 64 * 1024;

/**
 * Splits a stream of NUL-terminated fields into records of `width` fields, holding one record at a time. Of a field that
 * is no UTF-8, each byte beyond ASCII becomes `\xNN`: two names in Latin-1 must not become one.
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
      record.push(textOf(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
      parts = [];
      kept = 0;
      from = end + 1;
      if (record.length < width) continue;
      yield record;
      record = [];
    }
  }
}

function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const written = (byte: string) => `\\x${byte.charCodeAt(0).toString(16)}`;
  return bytes.toString('latin1').replace(/[\u0080-\u00ff]/g, written);
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
