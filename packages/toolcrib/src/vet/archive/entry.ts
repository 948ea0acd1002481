import { createHash } from 'node:crypto';
import { compressionOf, containerOf, type Executable, executableOf, HEAD } from './kind.ts';
import type { Meter } from './limits.ts';

/** One file within an archive that could be run. Names are as the archive has them: not safe to print or to open. */
export interface ExecutableInside {
  /** Path in the archive; for an archive in an archive `outer.tar!inner`. */
  path: string;
  kind: Executable;
  /** Lower-case hex. */
  sha256: string;
  size: number;
  /** POSIX mode bits where the archive has them. */
  mode: number | undefined;
}

export interface Inside {
  executables: ExecutableInside[];
  files: number;
  /** What was met and not followed: links, devices, names that lead out, parts that cannot be read here. */
  findings: Finding[];
}

export interface Finding {
  path: string;
  what:
    | 'link'
    | 'special file'
    | 'leads out of the archive'
    | 'unreadable'
    | 'duplicate name'
    | 'archive inside';
}

/**
 * Whether unpacking under this name could write outside the folder. Such an entry is read and reported, never followed.
 */
export function leadsOut(name: string): boolean {
  const path = name.replaceAll('\\', '/');
  return (
    path.startsWith('/') || /^[a-zA-Z]:/.test(path) || path.includes('\0') || path.split('/').includes('..')
  );
}

/** What was read of one file. */
export interface ReadEntry {
  head: Uint8Array;
  executable: ExecutableInside | undefined;
}

/** Takes one file of an archive into the result. Archives within are named and not looked into: their files are not installed by unpacking this one. */
export function addFile(
  inside: Inside,
  names: Set<string>,
  name: string,
  { head, executable }: ReadEntry,
): void {
  inside.files++;
  // The last of two entries with one name wins on disk, the first in many listings.
  if (names.has(name)) inside.findings.push({ path: name, what: 'duplicate name' });
  names.add(name);
  if (containerOf(head) !== undefined || compressionOf(head) !== undefined) {
    inside.findings.push({ path: name, what: 'archive inside' });
  }
  if (executable) inside.executables.push(executable);
}

/** Reads one file of an archive to its end: its head, its digest, its size. Nothing is kept but the head. */
export async function readEntry(
  path: string,
  mode: number | undefined,
  content: AsyncIterable<Uint8Array>,
  meter: Meter,
): Promise<ReadEntry> {
  const hash = createHash('sha256');
  let head: Buffer = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of content) {
    meter.bytes(chunk.length);
    hash.update(chunk);
    size += chunk.length;
    if (head.length < HEAD) head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)]);
  }
  const kind = executableOf(head);
  const marked = mode !== undefined && (mode & 0o111) !== 0;
  // A script counts only where it is marked to be run: a `#!` in a text file is not a tool.
  const runs = kind !== undefined && (kind !== 'script' || marked || mode === undefined);
  if (!runs) return { head, executable: undefined };
  return { head, executable: { path, kind, sha256: hash.digest('hex'), size, mode } };
}
