import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { loadKey } from './key.ts';
import { withNodes } from './testing/node-fs.ts';

// What becomes of the files, step by step: Node's own functions stand aside for a moment.

const {
  closeSync,
  fstatSync,
  linkSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} = fs;
const root = mkdtempSync(join(tmpdir(), 'toolcrib-key-files-'));
after(() => rmSync(root, { recursive: true }));
const load = (folder: string) => loadKey({ folder, env: {} });
const text = (byte: number) => Buffer.alloc(32, byte).toString('base64');

/** Loads a key while one of Node's functions is another. */
const loadWith = <K extends 'fsyncSync' | 'linkSync'>(
  t: TestContext,
  name: K,
  other: (typeof fs)[K],
  folder: string,
) => withNodes(t, name, other, () => load(folder));

test('a new key and its name are on the disk before it is used, and no file stays open', (t) => {
  const home = join(root, 'synced');
  const next = () => {
    const file = openSync(root, 'r');
    closeSync(file);
    return file;
  };
  const before = next();
  const synced: number[] = [];
  loadWith(t, 'fsyncSync', (file) => void synced.push(fstatSync(file).ino), home);
  assert.deepEqual(synced, [statSync(join(home, 'key')).ino, statSync(home).ino]);
  load(home);
  assert.equal(next(), before);
});

test('where somebody else was first, theirs is the key', (t) => {
  const home = join(root, 'second');
  const key = loadWith(
    t,
    'linkSync',
    (from, to) => {
      writeFileSync(to, text(7), { mode: 0o600 });
      linkSync(from, to);
    },
    home,
  );
  assert.deepEqual(key, Buffer.alloc(32, 7));
});

test('one that is there is taken, beside a journal too', () => {
  const home = join(root, 'both');
  const key = load(home);
  writeFileSync(join(home, 'journal.db'), 'a journal');
  assert.deepEqual(load(home), key);
});

test('one that can be neither read nor made is said to be so, and why', (t) => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  assert.throws(() => load(join(file, 'home')), { code: 'journal', message: /can't be read: ENOTDIR/ });
  const loop = mkdtempSync(join(root, 'loop-'));
  symlinkSync('key', join(loop, 'key'));
  assert.throws(() => load(loop), { code: 'journal', message: /can't be read: ELOOP/ });
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
  const refuse = () => {
    throw full;
  };
  assert.throws(() => loadWith(t, 'linkSync', refuse, join(root, 'full')), {
    code: 'journal',
    message: /can't be made: ENOSPC/,
    cause: full,
  });
  assert.throws(() => loadWith(t, 'linkSync', () => undefined, join(root, 'vanished')), {
    code: 'journal',
    message: /can't be read: it vanished/,
  });
});
