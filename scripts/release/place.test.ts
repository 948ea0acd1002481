import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { PACKAGES } from '../packages.ts';
import { assertOwnPlace, emptied } from './place.ts';

const ROOT = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'toolcrib-place-'));
after(() => rmSync(work, { recursive: true }));
const executables = join(work, 'executables');
mkdirSync(executables);

let count = 0;
function folderWith(...names: string[]): string {
  const folder = join(work, `${count++}`);
  mkdirSync(folder);
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `a person's ${name}`);
  }
  return folder;
}
const listed = (folder: string) => execFileSync('find', [folder], { encoding: 'utf8' });

/** As docs/releasing.md and the kinds say them. */
const RELEASE = [
  'SHA256SUMS',
  'SHA256SUMS.sig',
  'toolcrib-linux-x64',
  'toolcrib-linux-arm64.xz',
  'toolcrib-darwin-arm64.xz',
  'toolcrib-0.1.0-linux-x64.tar.gz',
  'toolcrib-0.2.0-rc.1-image.tar',
  'toolcrib-0.2.0.cdx.json',
  'toolcrib-0.2.0.intoto.jsonl',
  'toolcrib-0.2.0.provenance.unsigned.json',
  'toolcrib_0.2.0_amd64.deb',
  'toolcrib-0.2.0.tgz',
  ...PACKAGES.filter((name) => name !== 'toolcrib').map((name) => `toolcrib-${name}-0.2.0.tgz`),
  'aqua/registry.yaml',
  'homebrew/toolcrib.rb',
  'krew/toolcrib.yaml',
  'mise/mise.toml',
];

test('what an earlier release left goes, and the folder itself stays', () => {
  const folder = folderWith(...RELEASE);
  emptied(folder, executables);
  assert.equal(listed(folder), `${folder}\n`);
  const none = join(work, 'not', 'yet');
  assertOwnPlace(none, executables);
  emptied(none, executables);
  assert.equal(listed(none), `${none}\n`);
});

test('where anything else lies nothing is done, and it is named', () => {
  for (const name of [
    'thesis.txt',
    '.git/config',
    'toolcrib-notes.txt',
    'toolcrib-0.2.0-linux-x64.tar.gz.key',
    'my-toolcrib-0.2.0.tgz',
    'krew/mine.yaml',
    'krew/toolcrib.yaml/inner',
    'SHA256SUMS/inner',
    'toolcrib-linux-x64/inner',
  ]) {
    const folder = folderWith('toolcrib-0.2.0.tgz', 'toolcrib_0.2.0_amd64.deb', name);
    const before = listed(folder);
    assert.throws(
      () => emptied(folder, executables),
      new RegExp(`\\(${name.split('/')[0]}\\).*--out FOLDER`),
    );
    assert.equal(listed(folder), before, name);
  }
  const many = folderWith('a', 'b', 'c', 'd', 'e', 'f', 'g');
  assert.throws(() => assertOwnPlace(many, executables), /\(a, b, c, d, e, and 2 more\)/);
  const linked = folderWith('elsewhere/thesis.txt');
  symlinkSync(join(linked, 'elsewhere'), join(linked, 'krew'));
  assert.throws(() => emptied(linked, executables), /krew/);
  const file = join(folderWith('a file'), 'a file');
  assert.throws(() => emptied(file, executables), /is no folder/);
  assert.equal(readFileSync(file, 'utf8'), "a person's a file");
});

test('executables are not emptied away before they are taken', () => {
  const folder = folderWith('toolcrib-linux-x64');
  const link = join(work, 'link');
  symlinkSync(folder, link);
  for (const from of [folder, link, join(folder, 'toolcrib-linux-x64')])
    assert.throws(() => emptied(folder, from), /executables lie in/);
  assert.match(listed(folder), /toolcrib-linux-x64/);
  // A name that only begins like it.
  mkdirSync(`${folder}-2`);
  emptied(folder, `${folder}-2`);
});

test('npm run release says so before anything is built', () => {
  const folder = folderWith('thesis.txt');
  for (const out of [folder, '/', '.']) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--conditions=toolcrib-source',
        'scripts/release.ts',
        '--only',
        'krew',
        '--executables',
        executables,
        '--out',
        out,
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^In .* lies what no release has made \(.*--out FOLDER\n$/);
    assert.equal(stdout, '');
  }
  assert.match(listed(folder), /thesis\.txt/);
});
