import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { addFile, type Inside, leadsOut, readEntry } from './entry.ts';
import { counted, type Meter } from './limits.ts';
import { hiddenEntries, localHeader, type Span } from './zip-local.ts';

/**
 * Reads a zip by its central directory, which is what most unpackers go by, and names where it is not what those find
 * who read it from the front. An entry that says 1 kB and unpacks to more is an error (yauzl checks sizes), and so is one
 * whose bytes are not those of its checksum: unpackers differ in whether they lay it down.
 * @param size of the file in bytes
 */
export async function lookIntoZip(path: string, size: number, counter: Meter): Promise<Inside> {
  const inside: Inside = { executables: [], files: 0, findings: [] };
  const names = new Set<string>();
  const spans: Span[] = [];
  // decodeStrings off: yauzl would refuse the whole file for one bad name, and we want to name it.
  const zip: ZipFile = await openPromise(path, { decodeStrings: false });
  // Several entries may claim the same bytes; no more is read than there is.
  let unread = size;
  try {
    for await (const entry of zip.eachEntry()) {
      const name = Buffer.from(entry.fileName as unknown as Uint8Array).toString('utf8');
      counter.entry(name);
      const claimed = Math.min(entry.compressedSize + 46, unread);
      unread -= claimed;
      counter.read(claimed);
      const { differs, span } = await localHeader(zip, entry);
      if (differs) inside.findings.push({ path: name, what: 'headers differ' });
      spans.push(span);
      await readOne(zip, entry, name, names, inside, counter);
    }
  } finally {
    zip.close();
  }
  inside.findings.push(...(await hiddenEntries(path, size, spans)));
  return inside;
}

/** The systems (of `version made by`) whose attributes are POSIX modes: Unix and macOS. */
const POSIX = new Set([3, 19]);

async function readOne(
  zip: ZipFile,
  entry: Entry,
  name: string,
  names: Set<string>,
  inside: Inside,
  counter: Meter,
) {
  const unixMode = POSIX.has(entry.versionMadeBy >> 8) ? entry.externalFileAttributes >>> 16 : undefined;
  if (leadsOut(name)) inside.findings.push({ path: name, what: 'leads out of the archive' });
  if (unixMode !== undefined && (unixMode & 0o170000) === 0o120000) {
    inside.findings.push({ path: name, what: 'link' });
    return;
  }
  if (name.endsWith('/')) return;
  const readable =
    (entry.compressionMethod === 0 || entry.compressionMethod === 8) &&
    (entry.generalPurposeBitFlag & 1) === 0;
  if (!readable) {
    inside.files++;
    inside.findings.push({ path: name, what: 'unreadable' });
    return;
  }
  const content = await zip.openReadStreamPromise(entry);
  addFile(
    inside,
    names,
    name,
    await readEntry(name, unixMode, intact(counted(content, counter), entry.crc32)),
  );
}

/** The same bytes. @throws where their checksum is another one, which yauzl does not look at */
async function* intact(content: AsyncIterable<Uint8Array>, expected: number): AsyncGenerator<Uint8Array> {
  let sum = 0;
  for await (const chunk of content) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== expected) throw new Error('a file in the zip is not what its CRC-32 says');
}
