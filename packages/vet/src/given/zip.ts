import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { type Entry, open, type ZipFile } from 'yauzl';

const ENTRY_LIMIT = 8 * 1024 * 1024;
const COUNT_LIMIT = 1_000_000;

/** The files of a zip, one at a time, unpacked in memory only and never past the limits. */
export async function* zipEntries(path: string): AsyncGenerator<{ name: string; bytes: Buffer }> {
  const zip = (await promisify<string, object, ZipFile>(open as never)(path, {
    lazyEntries: true,
    autoClose: false,
  }).catch((cause) => {
    throw new ToolcribError('bad-file', `${path} is no readable zip: ${messageOf(cause)}`, {
      next: 'it may have been cut off; get it again',
      cause,
    });
  })) as ZipFile;
  const openEntry = promisify(
    zip.openReadStream.bind(zip) as (
      entry: Entry,
      done: (e: Error | null, s: NodeJS.ReadableStream) => void,
    ) => void,
  );
  try {
    if (zip.entryCount > COUNT_LIMIT)
      throw new ToolcribError('limit', `${path} holds ${zip.entryCount} files`);
    for (;;) {
      const entry = await nextEntry(zip, path);
      if (entry === undefined) return;
      if (entry.fileName.endsWith('/')) continue;
      if (entry.uncompressedSize > ENTRY_LIMIT)
        throw new ToolcribError('limit', `${path}: ${entry.fileName} has ${entry.uncompressedSize} bytes`);
      yield { name: entry.fileName, bytes: await buffer((await openEntry(entry)) as NodeJS.ReadableStream) };
    }
  } finally {
    zip.close();
  }
}

function nextEntry(zip: ZipFile, path: string): Promise<Entry | undefined> {
  return new Promise((done, fail) => {
    const settle = (end: () => void) => {
      zip.removeAllListeners();
      end();
    };
    zip.once('entry', (entry: Entry) => settle(() => done(entry)));
    zip.once('end', () => settle(() => done(undefined)));
    zip.once('error', (cause: Error) =>
      settle(() => fail(new ToolcribError('bad-file', `${path}: ${cause.message}`, { cause }))),
    );
    zip.readEntry();
  });
}
