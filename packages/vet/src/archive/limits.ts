import { ToolcribError } from '@toolcrib/model';

/** What an archive may cost. A release of a command-line tool is far below each of these. */
export interface ArchiveLimits {
  /** Bytes that come out of all layers together, whether they are a file's, a header's or padding. */
  unpacked: number;
  entries: number;
  /** Bytes out for each byte in, once more than `ratioFrom` bytes came out. */
  ratio: number;
  ratioFrom: number;
  /** Archives within archives. */
  depth: number;
  /** Length of one name. */
  name: number;
  /** Milliseconds. */
  time: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  unpacked: 4 * 1024 ** 3,
  entries: 50_000,
  ratio: 200,
  ratioFrom: 16 * 1024 ** 2,
  depth: 3,
  name: 4096,
  time: 120_000,
};

/** Counts what comes out, across all layers of one archive. Each of its methods looks at the clock too. */
export interface Meter {
  entry(name: string): void;
  /** Came out of a decompressor, or is the archive itself where it is not compressed. */
  bytes(count: number): void;
  /** Read of the file. */
  read(count: number): void;
  descend(): void;
  ascend(): void;
}

/** @throws {ToolcribError} `limit`, from any of its methods */
export function meter(limits: ArchiveLimits, now: () => number = Date.now): Meter {
  const until = now() + limits.time;
  let [entries, out, into, depth] = [0, 0, 0, 0];
  const over = (what: string) =>
    new ToolcribError('limit', `the archive ${what}, so it was not looked into further`, {
      next: 'nothing of it was recorded; unpack it in a place of its own to see what it is',
    });
  const onTime = () => {
    if (now() > until) throw over(`took longer than ${limits.time / 1000} s`);
  };
  return {
    entry(name) {
      onTime();
      if (++entries > limits.entries) throw over(`has more than ${limits.entries} entries`);
      if (name.length > limits.name) throw over('has an entry with an overlong name');
    },
    bytes(count) {
      out += count;
      if (out > limits.unpacked) throw over(`unpacks to more than ${limits.unpacked} bytes`);
      if (out > limits.ratioFrom && out > into * limits.ratio)
        throw over(`unpacks to ${limits.ratio} times its size`);
      onTime();
    },
    read(count) {
      onTime();
      into += count;
    },
    descend() {
      if (++depth > limits.depth) throw over(`holds archives nested deeper than ${limits.depth}`);
    },
    ascend() {
      depth--;
    },
  };
}

/**
 * The same bytes, counted where they come out. A parser eats headers and padding of its own accord, so what it hands on
 * is less than what an archive costs.
 */
export async function* counted(
  content: AsyncIterable<Uint8Array>,
  counter: Meter,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    counter.bytes(chunk.length);
    yield chunk;
  }
}
