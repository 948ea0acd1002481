import { createHash } from 'node:crypto';
import { compressionOf, containerOf, type Executable, executableOf, HEAD, isPackage } from './kind.ts';

/** One file within an archive that could be run. Names are as the archive has them: not safe to print or to open. */
interface ExecutableInside {
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
    | 'archive inside'
    /** tar: what follows the blocks of zeros that end it. Most unpackers stop there, some go on. */
    | 'data after the end'
    /** zip: what stands before a file is not what the directory says of it, and unpackers differ in whom they believe. */
    | 'headers differ'
    /** zip: a file that the directory does not name. */
    | 'not in the directory';
}

/** Findings that leave open what unpacking would lay down. */
const OPEN: ReadonlySet<string> = new Set<Finding['what']>([
  'unreadable',
  'duplicate name',
  'archive inside',
  'data after the end',
  'headers differ',
  'not in the directory',
]);

/** Whether everything that unpacking could lay down was read, so that the executables recorded are all there are. */
export function seenWhole(findings: readonly { what: string }[]): boolean {
  return findings.every(({ what }) => !OPEN.has(what) && !what.startsWith('not looked into'));
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

/** Where a name leads on disk: `./tool` and `tool` are one file, and on most desktops `Tool` is the same. */
function placeOf(name: string): string {
  const parts = name.replaceAll('\\', '/').split('/');
  return parts
    .filter((part) => part !== '' && part !== '.')
    .join('/')
    .normalize('NFC')
    .toLowerCase();
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
  const place = placeOf(name);
  if (names.has(place)) inside.findings.push({ path: name, what: 'duplicate name' });
  names.add(place);
  if (containerOf(head) !== undefined || compressionOf(head) !== undefined || isPackage(head)) {
    inside.findings.push({ path: name, what: 'archive inside' });
  }
  if (executable) inside.executables.push(executable);
}

/** Reads one file of an archive to its end: its head, its digest, its size. Nothing is kept but the head. */
export async function readEntry(
  path: string,
  mode: number | undefined,
  content: AsyncIterable<Uint8Array>,
): Promise<ReadEntry> {
  const hash = createHash('sha256');
  let head: Buffer = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
    head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)]);
  }
  const kind = kindOf(head, mode);
  if (kind === undefined) return { head, executable: undefined };
  return { head, executable: { path, kind, sha256: hash.digest('hex'), size, mode } };
}

/** By its content, or because it is marked to be run. A script counts only where it is, if anything is: a `#!` in a text file is not a tool. */
function kindOf(head: Uint8Array, mode: number | undefined): Executable | undefined {
  const kind = executableOf(head);
  if (mode === undefined) return kind;
  const marked = (mode & 0o111) !== 0;
  if (kind === 'script') return marked ? kind : undefined;
  return kind ?? (marked ? 'other' : undefined);
}
