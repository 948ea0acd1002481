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
  const entries = extract();
  stream.on('error', (error) => entries.destroy(error));
  stream.pipe(entries);
  for await (const entry of entries) {
    const { name, type, mode } = entry.header;
    counter.entry(name);
    if (leadsOut(name)) inside.findings.push({ path: name, what: 'leads out of the archive' });
    if (type === 'symlink' || type === 'link') inside.findings.push({ path: name, what: 'link' });
    else if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory' && type !== null) {
      inside.findings.push({ path: name, what: 'special file' });
    }
    const read = await readEntry(name, mode, entry as unknown as AsyncIterable<Uint8Array>, counter);
    if (type === 'file' || type === 'contiguous-file') addFile(inside, names, name, read);
  }
  return inside;
}
