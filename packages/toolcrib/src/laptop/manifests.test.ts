import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readManifests } from './manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'tc-manifests-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const object = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;
const read = async (file: string, recursive = false) =>
  (await readManifests({ files: [file], recursive }, { cwd: folder })).objects;
const namesIn = async (file: string, recursive = false) =>
  (await read(file, recursive)).map(({ metadata }) => metadata.name);
const keys = (count: number) => `data:\n${Array.from({ length: count }, (_, i) => `  k${i}: v\n`).join('')}`;

/** The processor time that it takes, in ms: also on a busy machine that of this thread. */
async function costs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('files, folders and lists name their objects', async () => {
  mkdirSync(join(folder, 'app/inner'), { recursive: true });
  writeFileSync(join(folder, 'app/a.yaml'), `${object('a')}---\n${object('b')}---\n`);
  writeFileSync(
    join(folder, 'app/list.json'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [JSON.parse(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}`)],
    }),
  );
  writeFileSync(join(folder, 'app/notes.txt'), 'not: one');
  writeFileSync(join(folder, 'app/inner/c.yml'), object('c'));
  assert.deepEqual((await namesIn('app')).sort(), ['a', 'b', 'p']);
  assert.deepEqual((await namesIn('app', true)).sort(), ['a', 'b', 'c', 'p']);
  assert.deepEqual(await namesIn('app/a.yaml'), ['a', 'b']);
  assert.deepEqual(await namesIn('absent.yaml'), []);
});

test('why it can not be told ahead is said; a file on standard input can be read', async () => {
  const untold = async (file: string) =>
    (await readManifests({ files: [file], recursive: false }, { cwd: folder })).untold;
  assert.match((await untold('-')) ?? '', /standard input/);
  assert.match((await untold('https://example.com/a.yaml')) ?? '', /address/);
  assert.equal(await untold('app'), undefined);
  const stdin = join(folder, 'app/a.yaml');
  const found = await readManifests({ files: ['-'], recursive: false }, { cwd: folder, stdin });
  assert.deepEqual([found.objects.length, found.untold], [2, undefined]);
});

test('half a list is none: where something can not be read, nothing of it counts', async () => {
  mkdirSync(join(folder, 'half'));
  writeFileSync(join(folder, 'half/a.yaml'), object('a'));
  writeFileSync(join(folder, 'half/b.yaml'), 'a: [');
  assert.deepEqual(await read('half'), []);
});

test('a hint costs little, however large what it is read from', async (t) => {
  writeFileSync(join(folder, 'keys.yaml'), object('keys', keys(18_000)));
  const documents = (count: number) =>
    Array.from({ length: count }, (_, i) => object(`n${i}`, keys(20))).join('---\n');
  writeFileSync(join(folder, 'ordinary.yaml'), documents(1_000));
  writeFileSync(join(folder, 'large.yaml'), documents(11_000));
  writeFileSync(join(folder, 'deep.yaml'), `a: ${'['.repeat(100_000)}`);
  mkdirSync(join(folder, 'tree'));
  for (let i = 0; i < 600; i++) writeFileSync(join(folder, `tree/${i}.yaml`), '');
  // A pass first: what is compiled by it is no cost of the text.
  await read('app');
  for (const file of ['keys.yaml', 'ordinary.yaml', 'large.yaml', 'deep.yaml', 'tree']) {
    const ms = await costs(() => read(file, true));
    t.diagnostic(`${file}: ${Math.round(ms)} ms`);
    assert.ok(ms < 2_000, `${file} took ${Math.round(ms)} ms`);
  }
});

test('what is no file is not read: a pipe or a device has no end, whatever name leads to it', async () => {
  symlinkSync('/dev/zero', join(folder, 'zero.yaml'));
  assert.deepEqual(await read('zero.yaml'), []);
  assert.deepEqual(await read('/proc/self/environ'), []);
});
