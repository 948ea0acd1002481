import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPromise } from 'yauzl';
import { zip } from './testing/archives.ts';
import { allClosedBelow } from './testing/open-files.ts';
import { hiddenEntries, localHeader } from './zip-local.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zip-local-'));
});
after(() => rm(folder, { recursive: true }));

async function file(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'x.zip');
  await writeFile(path, bytes);
  return path;
}

/** What is told of the one entry of a zip whose local header was changed. */
async function told(change: (local: Buffer) => void) {
  const bytes = zip([{ name: 'k9s', content: Buffer.from('a tool') }]);
  change(bytes);
  const opened = await openPromise(await file(bytes), { decodeStrings: false, lazyEntries: true });
  try {
    for await (const entry of opened.eachEntry()) return await localHeader(opened, entry);
  } finally {
    opened.close();
  }
  throw new Error('no entry');
}

/** Offsets in a local header (APPNOTE.TXT 4.3.7). */
const [FLAGS, METHOD, CRC, PACKED, SIZE, NAME] = [6, 8, 14, 18, 22, 30];

test('a header is what the directory says, and says which bytes are its', async () => {
  const { differs, span } = await told(() => {});
  assert.equal(differs, false);
  // 30 bytes of header, a name of three, `a tool` as deflate packs it.
  assert.deepEqual(span, { from: 0, to: 30 + 3 + 8 });
});

test('whatever of it is not what the directory says is told', async () => {
  const changes: Record<string, (local: Buffer) => void> = {
    'another name': (local) => local.write('k8s', NAME),
    'another method': (local) => local.writeUInt16LE(0, METHOD),
    encrypted: (local) => local.writeUInt16LE(1, FLAGS),
    'encrypted, with its sizes later': (local) => local.writeUInt16LE(9, FLAGS),
    'another checksum': (local) => local.writeUInt32LE(7, CRC),
    'another packed size': (local) => local.writeUInt32LE(7, PACKED),
    'another size': (local) => local.writeUInt32LE(7, SIZE),
  };
  for (const [why, change] of Object.entries(changes)) assert.equal((await told(change)).differs, true, why);
});

test('sizes may follow the content, or stand in an extra field', async () => {
  const later = (local: Buffer) => {
    local.writeUInt16LE(8, FLAGS);
    for (const at of [CRC, PACKED, SIZE]) local.writeUInt32LE(0, at);
  };
  assert.equal((await told(later)).differs, false);
  const elsewhere = (local: Buffer) => {
    for (const at of [PACKED, SIZE]) local.writeUInt32LE(0xffff_ffff, at);
  };
  assert.equal((await told(elsewhere)).differs, false);
});

const LOCAL = 'PK\x03\x04';

test('a header that no entry accounts for is found, wherever it begins', async () => {
  const hidden = async (text: string, spans: [number, number][]) => {
    const found = await hiddenEntries(
      await file(Buffer.from(text)),
      text.length,
      spans.map(([from, to]) => ({ from, to })),
    );
    return found.map(({ path, what }) => `${what} ${path}`);
  };
  assert.deepEqual(await hidden(`${LOCAL}......`, [[0, 10]]), []);
  assert.deepEqual(await hidden(`..${LOCAL}...`, []), ['not in the directory (byte 2)']);
  assert.deepEqual(await hidden(`....${LOCAL}`, [[0, 4]]), ['not in the directory (byte 4)'], 'at the end');
  assert.deepEqual(await hidden(`${LOCAL}....`, [[4, 8]]), ['not in the directory (byte 0)'], 'at the start');
  assert.deepEqual(
    await hidden(`....${LOCAL}....`, [
      [8, 12],
      [0, 4],
    ]),
    ['not in the directory (byte 4)'],
    'between, in whatever order the entries come',
  );
  assert.deepEqual(
    await hidden('.'.repeat(12), [
      [0, 8],
      [4, 12],
    ]),
    ['headers differ (byte 4)'],
    'overlap',
  );
  assert.deepEqual(
    await hidden(`${'.'.repeat(8)}${LOCAL}`, [
      [0, 12],
      [2, 4],
    ]),
    ['headers differ (byte 2)'],
    'within another: the rest is still the other’s',
  );
  await allClosedBelow(folder);
});

test('a header is found where two pieces of the file meet', async () => {
  for (const at of [65_532, 65_533, 65_534, 65_535, 65_536, 140_000]) {
    const bytes = Buffer.alloc(150_000, '.');
    bytes.write(LOCAL, at);
    assert.deepEqual(await hiddenEntries(await file(bytes), bytes.length, []), [
      { path: `(byte ${at})`, what: 'not in the directory' },
    ]);
    assert.deepEqual(
      await hiddenEntries(await file(bytes), bytes.length, [{ from: at, to: at + 4 }]),
      [],
      'what is an entry’s is not looked into',
    );
  }
});
