import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ToolcribError } from '../../model/index.ts';
import { type Inside, readEntry } from './entry.ts';
import { compressionOf, containerOf, HEAD } from './kind.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, type Meter, meter } from './limits.ts';
import { lookIntoTar } from './tar.ts';
import { lookIntoZip } from './zip.ts';

export type { ExecutableInside, Finding, Inside } from './entry.ts';
export { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';

/**
 * Looks into a release artefact: an executable, a compressed one, or an archive (tar, zip; gzip, zstd). Streams; writes
 * nothing anywhere; follows no link. What it cannot read (xz, bzip2, encrypted zip) is a finding, not an empty answer.
 * @throws {ToolcribError} `limit` for a bomb, `bad-file` for a file that is damaged
 */
export async function lookInside(path: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<Inside> {
  const counter = meter(limits);
  const head = await headOf(path);
  if (containerOf(head) === 'zip') return guarded(path, () => lookIntoZip(path, counter));
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  file.on('data', (chunk) => counter.read(chunk.length));
  try {
    return await guarded(path, () => lookIntoStream(basename(path), file, counter));
  } finally {
    file.destroy();
  }
}

/** One layer: decompress, or read as tar, or take as a file. */
export async function lookIntoStream(name: string, stream: Readable, counter: Meter): Promise<Inside> {
  const { head, whole } = await peek(stream);
  const compression = compressionOf(head);
  if (compression === 'gzip' || compression === 'zstd') {
    counter.descend();
    const decompressed = compression === 'gzip' ? createGunzip() : createZstdDecompress();
    whole.on('error', (error) => decompressed.destroy(error));
    const inside = await lookIntoStream(
      name.replace(/\.(gz|tgz|zst|tzst)$/i, ''),
      whole.pipe(decompressed),
      counter,
    );
    counter.ascend();
    return inside;
  }
  if (compression !== undefined) {
    whole.destroy();
    return { executables: [], files: 1, findings: [{ path: name, what: 'unreadable' }] };
  }
  if (containerOf(head) === 'tar') return lookIntoTar(whole, counter);
  counter.entry(name);
  const { executable } = await readEntry(name, undefined, whole, counter);
  return { executables: executable ? [executable] : [], files: 1, findings: [] };
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new ToolcribError('not-found', `cannot open ${path}`, { cause });
  });
  try {
    const buffer = Buffer.alloc(HEAD);
    const { bytesRead } = await file.read(buffer, 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first bytes of a stream, and a stream that still has them. */
async function peek(stream: Readable): Promise<{ head: Uint8Array; whole: Readable }> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first: Buffer[] = [];
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
  const head = Buffer.concat(first).subarray(0, HEAD);
  return { head, whole: Readable.from(all(), { objectMode: false, highWaterMark: 256 * 1024 }) };
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
