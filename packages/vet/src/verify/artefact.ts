import { createHash, type Hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { basename } from 'node:path';
import { openRegular } from '../regular-file.ts';
import { Stop } from './stop.ts';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512' | 'blake2b512' | 'sha1' | 'md5' | 'sha224';

/** How much of an artefact may be held in memory at once, for the few schemes that sign the bytes themselves. */
const WHOLE_LIMIT = 64 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/**
 * The bytes under test, read in pieces, so that their size does not matter. A file stays open from the first byte to
 * the last check, and each pass over it is tied to the first by SHA-256.
 */
export interface Artefact {
  readonly name: string;
  readonly size: number;
  /** Lower-case hex. Computes what is missing in one pass. */
  digests<const A extends DigestAlgorithm>(algorithms: readonly A[]): Promise<Record<A, string>>;
  knownDigests(): Record<string, string>;
  /** All bytes; `limit` stop when there are more than `WHOLE_LIMIT`. */
  whole(): Promise<Uint8Array>;
  /** The bytes in pieces. The pieces are only valid until the next one is asked for. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** What changed since it was opened, or undefined. */
  changed(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * Opens a regular file.
 * @throws {ToolcribError} `not-found` or `bad-file` (a directory, a device, a pipe: nothing that can be read twice)
 */
export async function openArtefact(path: string): Promise<Artefact> {
  const file = await openRegular(path);
  const at = await file.stat({ bigint: true });
  return artefactFrom(basename(path), Number(at.size), {
    async *read() {
      const buffer = Buffer.allocUnsafe(CHUNK);
      for (let position = 0; ; ) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    async changed() {
      return difference(at, await file.stat({ bigint: true }));
    },
    close: () => file.close(),
  });
}

/** Bytes that are in memory already: a git object, the text of a checksum file, a test. */
export function artefactOfBytes(name: string, bytes: Uint8Array): Artefact {
  return artefactFrom(name, bytes.length, {
    async *read() {
      for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
    },
    changed: async () => undefined,
    close: async () => {},
  });
}

/** Only the digest is at hand (a container image, a lock file): enough for whatever was signed by that digest. */
export function artefactOfDigest(sha256: string): Artefact {
  const absent = (what: string) =>
    new Stop('unsupported', `only the SHA-256 was given, and ${what} is needed`);
  return {
    name: `sha256:${sha256}`,
    size: 0,
    async digests(algorithms) {
      const other = algorithms.find((algorithm) => algorithm !== 'sha256');
      if (other !== undefined) throw absent(other);
      return { sha256 } as Record<(typeof algorithms)[number], string>;
    },
    knownDigests: () => ({ sha256 }),
    whole: async () => {
      throw absent('the artefact itself');
    },
    // biome-ignore lint/correctness/useYield: there is nothing to yield, and the caller must hear of it
    async *chunks() {
      throw absent('the artefact itself');
    },
    changed: async () => undefined,
    close: async () => {},
  };
}

interface Bytes {
  read(): AsyncGenerator<Uint8Array>;
  changed(): Promise<string | undefined>;
  close(): Promise<void>;
}

function artefactFrom(name: string, size: number, bytes: Bytes): Artefact {
  const known: Record<string, string> = {};

  async function pass(
    algorithms: readonly DigestAlgorithm[],
    each?: (chunk: Uint8Array) => void,
  ): Promise<void> {
    // SHA-256 always: it names the bytes in the result and ties a second pass to the first.
    const wanted = new Set<DigestAlgorithm>(['sha256', ...algorithms]);
    const hashes = [...wanted].map((algorithm): [DigestAlgorithm, Hash] => [
      algorithm,
      createHash(algorithm),
    ]);
    for await (const chunk of bytes.read()) {
      for (const [, hash] of hashes) hash.update(chunk);
      each?.(chunk);
    }
    for (const [algorithm, hash] of hashes) remember(algorithm, hash.digest('hex'));
  }

  function remember(algorithm: DigestAlgorithm, hex: string): void {
    if (known[algorithm] !== undefined && known[algorithm] !== hex) {
      throw new Stop('changed-while-read', `${name} changed between two readings`);
    }
    known[algorithm] = hex;
  }

  return {
    name,
    size,
    async digests(algorithms) {
      const missing = algorithms.filter((algorithm) => known[algorithm] === undefined);
      if (missing.length > 0) await pass(missing);
      return known as Record<(typeof algorithms)[number], string>;
    },
    knownDigests: () => ({ ...known }),
    async whole() {
      if (size > WHOLE_LIMIT) {
        const limit = WHOLE_LIMIT / 1024 / 1024;
        throw new Stop(
          'limit',
          `this kind of signature needs all bytes at once, and ${name} is over ${limit} MiB`,
        );
      }
      const parts: Buffer[] = [];
      let total = 0;
      await pass([], (chunk) => {
        total += chunk.length;
        if (total > WHOLE_LIMIT) throw new Stop('limit', `${name} grew past the limit while it was read`);
        parts.push(Buffer.from(chunk));
      });
      return Buffer.concat(parts);
    },
    async *chunks() {
      const hash = createHash('sha256');
      for await (const chunk of bytes.read()) {
        hash.update(chunk);
        yield chunk;
      }
      remember('sha256', hash.digest('hex'));
    },
    changed: bytes.changed,
    close: bytes.close,
  };
}

function difference(before: BigIntStats, after: BigIntStats): string | undefined {
  if (before.size !== after.size) return `its size went from ${before.size} to ${after.size}`;
  if (before.mtimeNs !== after.mtimeNs) return 'it was written to';
  if (before.ctimeNs !== after.ctimeNs) return 'its metadata was changed';
  return undefined;
}
