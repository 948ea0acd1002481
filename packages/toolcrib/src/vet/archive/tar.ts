import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { addFile, type Inside, leadsOut, readEntry } from './entry.ts';
import type { Meter } from './limits.ts';

/**
 * Reads a tar as a stream. Links are reported by name and never followed, since nothing is unpacked. The parser itself
 * refuses extended headers that are too large to hold.
 */
export async function lookIntoTar(stream: Readable, counter: Meter): Promise<Inside> {
  const inside: Inside = { executables: [], files: 0, findings: [] };
  const names = new Set<string>();
  // The format before POSIX has no magic; whether it is one was told by its checksum.
  const entries = extract({ allowUnknownFormat: true } as Parameters<typeof extract>[0]);
  stream.on('error', (error) => entries.destroy(error));
  stream.pipe(entries);
  for await (const entry of entries) {
    const { name, type, mode } = entry.header;
    counter.entry(name);
    if (leadsOut(name)) inside.findings.push({ path: name, what: 'leads out of the archive' });
    if (type === 'symlink' || type === 'link') inside.findings.push({ path: name, what: 'link' });
    else if (type === null || isSparse(entry.header)) {
      // Unpackers write kinds they do not know as files, and sparse ones with their holes filled: neither is what is
      // read here, so its digest would be of something else.
      inside.findings.push({ path: name, what: 'unreadable' });
      await readEntry(name, mode, entry as unknown as AsyncIterable<Uint8Array>, counter);
      inside.files++;
      continue;
    } else if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') {
      inside.findings.push({ path: name, what: 'special file' });
    }
    const read = await readEntry(name, mode, entry as unknown as AsyncIterable<Uint8Array>, counter);
    if (type === 'file' || type === 'contiguous-file') addFile(inside, names, name, read);
  }
  return inside;
}

/** GNU's sparse files in the POSIX format: an ordinary entry with members of its own in the extended header. */
const isSparse = ({ pax }: { pax?: unknown }) =>
  Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'));
