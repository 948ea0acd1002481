// Tar files that are the same, byte for byte, whenever and by whomever they are made.
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface Entry {
  /** With slashes; one at the end is a folder. */
  name: string;
  /** Nothing for a folder. */
  bytes?: Uint8Array | string;
  /** A symbolic link to this. */
  link?: string;
  mode?: number;
  owner?: number;
}

/** @param at of each file, to the second */
export async function tarOf(entries: readonly Entry[], at: Date): Promise<Buffer> {
  const tar = pack();
  const parts: Buffer[] = [];
  tar.on('data', (part) => parts.push(part as Buffer));
  const ended = new Promise<void>((resolve, reject) => tar.on('end', resolve).on('error', reject));
  for (const { name, bytes = '', link, mode, owner = 0 } of entries) {
    const isFolder = name.endsWith('/');
    const type = link === undefined ? (isFolder ? 'directory' : 'file') : 'symlink';
    const header = {
      name,
      type,
      linkname: link,
      mode: mode ?? (isFolder ? 0o755 : 0o644),
      mtime: at,
      uid: owner,
      gid: owner,
    } as const;
    if (type === 'file') tar.entry(header, typeof bytes === 'string' ? bytes : Buffer.from(bytes));
    else tar.entry(header);
  }
  tar.finalize();
  await ended;
  return Buffer.concat(parts);
}

export const gzipped = (bytes: Uint8Array): Buffer => gzipSync(bytes);
