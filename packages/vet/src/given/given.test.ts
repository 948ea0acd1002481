import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { zip } from '../archive/testing/archives.ts';
import { readGiven } from './given.ts';

const folder = mkdtempSync(join(tmpdir(), 'given-'));
after(() => rmSync(folder, { recursive: true }));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
let made = 0;
const file = (content: unknown) => {
  const path = join(folder, `f${made++}`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
async function listed<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}
const kind = async (content: unknown) => (await readGiven(file(content), {})).kind;

test('a file is what it holds, whatever it is called', async () => {
  const record = { id: 'A', modified: 'x' };
  const table: [content: unknown, kind: string][] = [
    [record, 'osv'],
    [[record, record], 'osv'],
    [[], 'osv'],
    [{}, 'osv'],
    [{ vulns: 1 }, 'osv'],
    [{ bomFormat: 1 }, 'sbom'],
    [{ spdxVersion: 1 }, 'sbom'],
    ['SPDXVersion: SPDX-2.3', 'sbom'],
    ['x\nSPDXVersion: SPDX-2.3', 'sbom'],
    ['<bom xmlns="x">', 'sbom'],
    ['<?xml?><c:bom>', 'sbom'],
    [{ scorecard: 1, checks: 1 }, 'scorecard'],
    [{ versionKey: 1 }, 'depsdev'],
    ['apiVersion: x\nkind: Release\nspec: y', 'release'],
    [`  ${JSON.stringify(record)}`, 'osv'],
  ];
  for (const [content, wanted] of table) assert.equal(await kind(content), wanted, JSON.stringify(content));
});

test('a file that is none of them is an error', async () => {
  for (const content of [
    '',
    'hello',
    'kind: Releases',
    ' kind: Release',
    '<bomb>',
    { scorecard: 1 },
    { checks: 1 },
    { id: 1 },
    { modified: 1 },
    [{ id: 1 }],
    [null],
    `${' \n'.repeat(3000)}kind: Release`,
  ]) {
    const path = file(content);
    await assert.rejects(readGiven(path, {}), {
      code: 'bad-file',
      message: `${path} is none of: OSV, Scorecard, deps.dev, CycloneDX, SPDX, Release`,
      next: 'docs/vet.md says where each is to be had',
    });
  }
  await assert.rejects(readGiven(join(folder, 'nowhere'), {}), {
    code: 'not-found',
    message: /^there is no file /,
  });
  await assert.rejects(readGiven(file('{'), {}), { code: 'bad-file', message: /is not JSON/ });
  await assert.rejects(readGiven('/dev/null', {}), {
    code: 'bad-file',
    message: '/dev/null is not a regular file',
    next: 'what comes out of a pipe, write to a file first',
  });
});

test('it has one document, which can be walked again, and the hash of its bytes', async () => {
  const text = '{"versionKey":1}';
  const path = file(text);
  const given = await readGiven(path, {});
  assert.deepEqual([given.path, given.sha256], [path, sha256(text)]);
  for (let time = 0; time < 2; time++) {
    const documents = await listed(given.documents());
    assert.deepEqual(documents, [{ name: path, content: { versionKey: 1 } }]);
  }
});

test('a folder is its records in order, each with its path; links are not followed', async () => {
  const dir = join(folder, 'records');
  mkdirSync(join(dir, 'sub'), { recursive: true });
  writeFileSync(join(dir, 'b.json'), '{"id":"b"}');
  writeFileSync(join(dir, 'sub', 'a.json'), '{"id":"a"}');
  writeFileSync(join(dir, 'c.txt'), 'no');
  symlinkSync('/etc/passwd', join(dir, 'd.json'));
  const given = await readGiven(dir, {});
  assert.equal(given.kind, 'osv');
  assert.deepEqual(await listed(given.documents()), [
    { name: join(dir, 'b.json'), content: { id: 'b' } },
    { name: join(dir, 'sub', 'a.json'), content: { id: 'a' } },
  ]);
  assert.equal(
    given.sha256,
    sha256(`/b.json\0${sha256('{"id":"b"}')}\n/sub/a.json\0${sha256('{"id":"a"}')}\n`),
  );
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await assert.rejects(readGiven(empty, {}), { code: 'bad-file', message: `${empty} holds no .json file` });
});

test('a zip is an export of OSV: its records, each with its path, and nothing else in it', async () => {
  const bytes = zip(
    ['a.json', 'c.txt', 'sub/b.json'].map((name) => ({ name, content: Buffer.from(`{"id":"${name}"}`) })),
  );
  const path = join(folder, 'export');
  writeFileSync(path, bytes);
  const told: string[] = [];
  const given = await readGiven(path, { progress: (text) => told.push(text) });
  const digest = createHash('sha256').update(bytes).digest('hex');
  assert.deepEqual([given.kind, given.path, given.sha256], ['osv', path, digest]);
  for (let time = 0; time < 2; time++)
    assert.deepEqual(await listed(given.documents()), [
      { name: `${path}:a.json`, content: { id: 'a.json' } },
      { name: `${path}:sub/b.json`, content: { id: 'sub/b.json' } },
    ]);
  assert.deepEqual(told, [`reading ${path}`]);
});

test('each is read once for a reader, and anew for another', async () => {
  const path = file({ versionKey: 1 });
  const reader = {};
  const first = await readGiven(path, reader);
  assert.equal(await readGiven(path, reader), first);
  assert.notEqual(await readGiven(path, {}), first);
});
