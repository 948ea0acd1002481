import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ToolcribError } from '@toolcrib/model';
import { openRegular } from '../regular-file.ts';
import { type Inside, readEntry } from './entry.ts';
import { compressionOf, containerOf, HEAD, isPackage } from './kind.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, counted, type Meter, meter } from './limits.ts';
import { lookIntoTar } from './tar.ts';
import { lookIntoZip } from './zip.ts';

export type { Inside } from './entry.ts';
export { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';

/**
 * Looks into a release artefact: an executable, a compressed one, or an archive (tar, zip; gzip, zstd). Streams; writes
 * nothing anywhere; follows no link. What it cannot read (xz, bzip2, 7z, deb, rpm, encrypted zip …) is a finding, not an
 * empty answer.
 * @throws {ToolcribError} `limit` for a bomb, `bad-file` for a file that is damaged or no regular file, `not-found`
 */
export async function lookInside(path: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<Inside> {
  const counter = meter(limits);
  const { head, size } = await headOf(path);
  if (containerOf(head) === 'zip') return guarded(path, () => lookIntoZip(path, size, counter));
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    return await guarded(path, () => lookIntoStream(basename(path), read(file, counter), counter));
  } finally {
    file.destroy();
  }
}

async function* read(file: AsyncIterable<Uint8Array>, counter: Meter): AsyncGenerator<Uint8Array> {
  for await (const chunk of file) {
    counter.read(chunk.length);
    yield chunk;
  }
}

/** One layer: decompress, or read as tar, or take as a file. What a compressed file unpacks to is counted on its way out. */
async function lookIntoStream(
  name: string,
  stream: AsyncIterable<Uint8Array>,
  counter: Meter,
  outermost = true,
): Promise<Inside> {
  const { head, chunks } = await peek(stream);
  const compression = compressionOf(head);
  const isRead = compression === 'gzip' || compression === 'zstd';
  const whole = Readable.from(outermost && isRead ? chunks : counted(chunks, counter), {
    objectMode: false,
    highWaterMark: 256 * 1024,
  });
  if (isRead) {
    counter.descend();
    const decompressed = compression === 'gzip' ? createGunzip() : createZstdDecompress();
    whole.on('error', (error) => decompressed.destroy(error));
    const inside = await lookIntoStream(
      name.replace(/\.(gz|tgz|zst|tzst)$/i, ''),
      whole.pipe(decompressed),
      counter,
      false,
    );
    counter.ascend();
    return inside;
  }
  if (compression !== undefined || isPackage(head)) {
    whole.destroy();
    return { executables: [], files: 1, findings: [{ path: name, what: 'unreadable' }] };
  }
  if (containerOf(head) === 'tar') return lookIntoTar(whole, counter);
  counter.entry(name);
  const { executable } = await readEntry(name, undefined, whole);
  return { executables: executable ? [executable] : [], files: 1, findings: [] };
}

async function headOf(path: string): Promise<{ head: Uint8Array; size: number }> {
  const file = await openRegular(path);
  try {
    const buffer = Buffer.alloc(HEAD);
    const { bytesRead } = await file.read(buffer, 0, HEAD, 0);
    return { head: buffer.subarray(0, bytesRead), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

/** The first bytes of a stream, and all of its chunks, those among them. */
async function peek(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: AsyncGenerator<Uint8Array> }> {
  const chunks = stream[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD) {
    const { done, value } = await chunks.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  async function* all() {
    yield* first;
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) return;
      yield value;
    }
  }
  return { head: Buffer.concat(first).subarray(0, HEAD), chunks: all() };
}

async function guarded(path: string, look: () => Promise<Inside>): Promise<Inside> {
  try {
    return await look();
  } catch (cause) {
    if (cause instanceof ToolcribError) throw cause;
    throw new ToolcribError('bad-file', `${basename(path)} is damaged or not what it says it is`, {
      cause,
      next: 'download it again',
    });
  }
}
