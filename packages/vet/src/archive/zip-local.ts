import type { Entry, ZipFile } from 'yauzl';
import { openRegular } from '../regular-file.ts';
import type { Finding } from './entry.ts';

/** Bytes of a file that an entry of the directory accounts for, the end excluded. */
export interface Span {
  from: number;
  to: number;
}

const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;
const IN_EXTRA_FIELD = 0xffff_ffff;
const LOCAL = Buffer.from('PK\x03\x04');

/**
 * What stands before an entry's own bytes, held against what the directory says of it (APPNOTE.TXT 4.3.7, 4.3.12). Who
 * unpacks from the front, as from a pipe, sees only this.
 */
export async function localHeader(zip: ZipFile, entry: Entry): Promise<{ differs: boolean; span: Span }> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  const { generalPurposeBitFlag: flags } = local;
  // Written before the content was known: sizes and checksum are zeros here and follow the content.
  const later = (flags & SIZES_FOLLOW) !== 0;
  const same = (own: number, listed: number) => own === listed || own === IN_EXTRA_FIELD;
  const agrees =
    local.fileName.equals(entry.fileName as unknown as Uint8Array) &&
    local.compressionMethod === entry.compressionMethod &&
    (flags & ENCRYPTED) === (entry.generalPurposeBitFlag & ENCRYPTED) &&
    (later ||
      (local.crc32 === entry.crc32 &&
        same(local.compressedSize, entry.compressedSize) &&
        same(local.uncompressedSize, entry.uncompressedSize)));
  const to = local.fileDataStart + entry.compressedSize;
  return { differs: !agrees, span: { from: entry.relativeOffsetOfLocalHeader, to } };
}

/**
 * Files that stand in a zip and not in its directory: local headers within the bytes that no entry accounts for, and
 * entries that lie over one another.
 * @param size of the file
 */
export async function hiddenEntries(path: string, size: number, spans: readonly Span[]): Promise<Finding[]> {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  const findings: Finding[] = [];
  const file = await openRegular(path);
  const buffer = Buffer.alloc(PIECE);
  try {
    let at = 0;
    for (const { from, to } of [...sorted, { from: size, to: size }]) {
      if (from < at) findings.push({ path: `(byte ${from})`, what: 'headers differ' });
      const found = from > at ? await find(file, buffer, at, from) : undefined;
      if (found !== undefined) findings.push({ path: `(byte ${found})`, what: 'not in the directory' });
      at = Math.max(at, to);
    }
  } finally {
    await file.close();
  }
  return findings;
}

const PIECE = 64 * 1024;
/** A header may begin in the last three bytes of a piece. */
const STEP = PIECE - 3;

/** Where the first local header begins between two offsets. */
async function find(
  file: Awaited<ReturnType<typeof openRegular>>,
  buffer: Buffer,
  from: number,
  to: number,
): Promise<number | undefined> {
  for (let at = from; at < to; at += STEP) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE, to - at), at);
    const found = buffer.subarray(0, bytesRead).indexOf(LOCAL);
    if (found >= 0) return at + found;
  }
  return undefined;
}
