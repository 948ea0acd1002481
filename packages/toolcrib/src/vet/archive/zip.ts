import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { addFile, type Inside, leadsOut, readEntry } from './entry.ts';
import type { Meter } from './limits.ts';

/**
 * Reads a zip by its central directory, which is what every unpacker goes by. yauzl checks CRC and announced sizes, so
 * that an entry that says 1 kB and unpacks to more is an error.
 */
export async function lookIntoZip(path: string, counter: Meter): Promise<Inside> {
  const inside: Inside = { executables: [], files: 0, findings: [] };
  const names = new Set<string>();
  // decodeStrings off: yauzl would refuse the whole file for one bad name, and we want to name it.
  const zip: ZipFile = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const name = Buffer.from(entry.fileName as unknown as Uint8Array).toString('utf8');
      counter.entry(name);
      counter.read(entry.compressedSize + 46);
      await readOne(zip, entry, name, names, inside, counter);
    }
  } finally {
    zip.close();
  }
  return inside;
}

async function readOne(
  zip: ZipFile,
  entry: Entry,
  name: string,
  names: Set<string>,
  inside: Inside,
  counter: Meter,
) {
  const unixMode = entry.versionMadeBy >> 8 === 3 ? entry.externalFileAttributes >>> 16 : undefined;
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
  addFile(inside, names, name, await readEntry(name, unixMode, content, counter));
}
