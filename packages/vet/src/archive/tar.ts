import type { Readable } from 'node:stream';
import { ToolcribError } from '@toolcrib/model';
import { extract, type Header as ParsedHeader } from 'tar-stream';
import { addFile, type Inside, leadsOut, readEntry } from './entry.ts';
import type { Meter } from './limits.ts';
import { TarEnd } from './tar-end.ts';

/** What the parser says of an entry beyond its type declarations. */
type Header = ParsedHeader & { byteOffset: number; size: number; pax?: unknown };

/**
 * Reads a tar as a stream, up to the blocks of zeros that end it. Links are reported by name and never followed, since
 * nothing is unpacked. The parser itself refuses extended headers that are too large to hold.
 */
export async function lookIntoTar(stream: Readable, counter: Meter): Promise<Inside> {
  const inside: Inside = { executables: [], files: 0, findings: [] };
  const names = new Set<string>();
  const end = new TarEnd();
  // The format before POSIX has no magic; whether it is one was told by its checksum.
  const entries = extract({ allowUnknownFormat: true } as Parameters<typeof extract>[0]);
  stream.on('error', (error) => entries.destroy(error));
  stream.on('data', (chunk: Uint8Array) => end.pass(chunk));
  stream.pipe(entries);
  try {
    for await (const entry of entries) {
      const header = entry.header as Header;
      if (end.cameBefore(header.byteOffset)) {
        inside.findings.push({ path: header.name, what: 'data after the end' });
        break;
      }
      end.goOnAt(header.byteOffset + lengthOf(header));
      await readOne(header, entry as unknown as AsyncIterable<Uint8Array>, names, inside, counter);
    }
  } catch (error) {
    if (error instanceof ToolcribError || !end.isHere()) throw error;
    inside.findings.push({ path: '', what: 'data after the end' });
  } finally {
    stream.destroy();
  }
  return inside;
}

async function readOne(
  header: Header,
  content: AsyncIterable<Uint8Array>,
  names: Set<string>,
  inside: Inside,
  counter: Meter,
): Promise<void> {
  const { name, type, mode, size } = header;
  counter.entry(name);
  if (leadsOut(name)) inside.findings.push({ path: name, what: 'leads out of the archive' });
  const isFile = type === 'file' || type === 'contiguous-file';
  if (type === 'symlink' || type === 'link') inside.findings.push({ path: name, what: 'link' });
  else if (type === null || isSparse(header)) {
    // Unpackers write kinds they do not know as files, and sparse ones with their holes filled: neither is what is
    // read here, so its digest would be of something else.
    inside.findings.push({ path: name, what: 'unreadable' });
    await readEntry(name, mode, content);
    inside.files++;
    return;
  } else if (!isFile && type !== 'directory') inside.findings.push({ path: name, what: 'special file' });
  // What has no content of its own and says a size: some unpackers take what follows for that, others for entries.
  if (!isFile && size > 0) inside.findings.push({ path: name, what: 'unreadable' });
  const read = await readEntry(name, mode, content);
  if (isFile) addFile(inside, names, name, read);
}

/** Bytes between a header and the next, as the parser counts them. */
const lengthOf = ({ size, type }: Header) => (type === 'directory' ? 0 : Math.ceil(size / 512) * 512);

/** GNU's sparse files in the POSIX format: an ordinary entry with members of its own in the extended header. */
const isSparse = ({ pax }: Header) => Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'));
