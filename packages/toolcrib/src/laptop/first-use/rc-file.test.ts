import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { change, lookAt, missingFolders } from './rc-file.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-rc-'));
after(() => rmSync(root, { recursive: true }));
const aFolder = () => mkdtempSync(join(root, 'home-'));
const says = (path: string) => readFileSync(path, 'latin1');

test('grown, shrunk and changed in the middle: the bytes that are wanted, and its mode as it was', () => {
  for (const [before, wanted] of [
    ['a\n', 'a\nb\n'],
    ['a\nb\n', 'a\n'],
    ['a\nb\nc\n', 'a\nc\n'],
    ['\u00ff\u0000\u00e9', '\u00ff\u0000\u00e9x'],
    ['a', ''],
    ['', 'a'],
  ] as const) {
    const folder = aFolder();
    const path = join(folder, 'rc');
    writeFileSync(path, before, 'latin1');
    chmodSync(path, 0o640);
    change(lookAt(path), wanted);
    assert.equal(says(path), wanted);
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder), ['rc'], 'nothing is left beside it');
  }
});

test('a link stays one, and the file that it leads to is changed; a hard link stays the same file', () => {
  const folder = aFolder();
  mkdirSync(join(folder, 'dotfiles'));
  const [real, link, hard] = [join(folder, 'dotfiles/rc'), join(folder, 'rc'), join(folder, 'hard')];
  writeFileSync(real, 'a\nb\nc\n');
  symlinkSync('dotfiles/rc', link);
  linkSync(real, hard);
  assert.equal(lookAt(link).leadsTo, real);
  change(lookAt(link), 'a\nc\n');
  change(lookAt(link), 'a\nc\nd\n');
  assert.ok(lstatSync(link).isSymbolicLink());
  for (const path of [real, link, hard]) assert.equal(says(path), 'a\nc\nd\n');
});

test('a new one with its folders, and all of them gone again; what another put there stays', () => {
  const home = aFolder();
  const path = join(home, 'a/b/rc');
  assert.equal(missingFolders(path), 2);
  change(lookAt(path), 'text');
  assert.equal(says(path), 'text');
  change(lookAt(path), undefined, 2);
  assert.ok(!existsSync(join(home, 'a')) && existsSync(home));
  change(lookAt(path), 'text');
  writeFileSync(join(home, 'a/other'), '');
  change(lookAt(path), undefined, 2);
  assert.deepEqual(readdirSync(join(home, 'a')), ['other']);
});

test('what can not be changed says why, and is as it was', () => {
  const home = aFolder();
  const [readOnly, nowhere, folder] = [join(home, 'ro'), join(home, 'nowhere'), join(home, 'folder')];
  writeFileSync(readOnly, 'mine');
  chmodSync(readOnly, 0o444);
  symlinkSync('none', nowhere);
  mkdirSync(folder);
  for (const [path, why] of [
    [readOnly, /read-only/],
    [nowhere, /leads nowhere/],
    [folder, /no file/],
    [join(readOnly, 'rc'), /./],
  ] as const) {
    const seen = lookAt(path);
    assert.match(seen.cannot ?? '', why, path);
    assert.throws(() => change(seen, 'x'), { code: 'bad-file' }, path);
  }
  assert.equal(says(readOnly), 'mine');
});

test('one that has changed since it was looked at is left as it is', () => {
  const path = join(aFolder(), 'rc');
  const none = lookAt(path);
  writeFileSync(path, 'theirs');
  assert.throws(() => change(none, 'ours'), { code: 'conflict' });
  const seen = lookAt(path);
  writeFileSync(path, 'theirs, more');
  assert.throws(() => change(seen, 'theirs ours'), { code: 'conflict' });
  assert.equal(says(path), 'theirs, more');
});
