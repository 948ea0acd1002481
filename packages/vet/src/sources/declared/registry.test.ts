import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseRegistry, readRegistry } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'registry-'));
after(() => rmSync(folder, { recursive: true }));
const names = async (path: string) => (await readRegistry(path)).map(({ name }) => name).toSorted();

test('a registry is a file, or a folder of files of one name', async () => {
  const one = join(folder, 'one.yaml');
  writeFileSync(one, 'packages: [{name: a}, {name: b}]');
  assert.deepEqual(await names(one), ['a', 'b']);
  const pkgs = join(folder, 'pkgs');
  for (const name of ['x', 'y']) {
    mkdirSync(join(pkgs, name), { recursive: true });
    writeFileSync(join(pkgs, name, 'registry.yaml'), `packages: [{name: ${name}}]`);
  }
  mkdirSync(join(pkgs, 'z', 'registry.yaml'), { recursive: true });
  writeFileSync(join(pkgs, 'other.yaml'), 'no: yaml: here');
  assert.deepEqual(await names(pkgs), ['x', 'y']);
  await assert.rejects(readRegistry(join(folder, 'nowhere')), {
    code: 'not-found',
    message: `there is no registry at ${join(folder, 'nowhere')}`,
  });
});

test('a file has a size, and no more', async () => {
  const path = join(folder, 'large.yaml');
  writeFileSync(path, '');
  truncateSync(path, 32 * 1024 * 1024 + 1);
  await assert.rejects(readRegistry(path), { code: 'limit', message: `${path} is over 32 MiB` });
});

test('what is declared is kept, also what is not known here', () => {
  const text = `packages:
  - {type: github_release, repo_owner: acme, repo_name: tool, own: 1, checksum: {algorithm: sha256, cosign: {opts: [a]}},
     version_overrides: [{version_constraint: "true", minisign: {public_key: RW}}]}`;
  assert.deepEqual(parseRegistry(text, 'r'), [
    {
      type: 'github_release',
      repo_owner: 'acme',
      repo_name: 'tool',
      own: 1,
      checksum: { algorithm: 'sha256', cosign: { opts: ['a'] } },
      version_overrides: [{ version_constraint: 'true', minisign: { public_key: 'RW' } }],
    },
  ]);
});

test('what is none says where and why', () => {
  const bad = (text: string, message: RegExp) =>
    assert.throws(() => parseRegistry(text, 'r.yaml'), { code: 'bad-file', message });
  bad('packages: [', /^r\.yaml: .* at line 1, column \d+:?$/);
  bad('x: 1', /^r\.yaml: packages: /);
  bad('1', /^r\.yaml: the document: /);
  bad('packages: [{name: 1}]', /^r\.yaml: packages\.0\.name: /);
  bad(
    'packages: [{version_overrides: [{}]}]',
    /^r\.yaml: packages\.0\.version_overrides\.0\.version_constraint: /,
  );
  const bomb = `a: &a [1]\n${Array.from({ length: 1100 }, (_, index) => `b${index}: *a`).join('\n')}\npackages: []\n`;
  assert.throws(() => parseRegistry(bomb, 'r.yaml'), { code: 'limit', message: 'r.yaml cannot be expanded' });
});
