import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'acorn';
import { writeProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'packages/toolcrib/package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-program-'));
const text = (file: string) => readFileSync(join(folder, file), 'utf8');
const files = () => globSync('dist/**/*.js', { cwd: folder });

before(() => writeProgram(ROOT, new Date('2026-11-02T03:04:05Z'), folder));
after(() => rmSync(folder, { recursive: true }));

test('what the programs import is in them, of Node, or installed beside them', () => {
  assert.ok(files().includes(join('dist', 'faces', 'cli', 'main.js')));
  assert.ok(files().includes(join('dist', 'compose', 'guard-worker.js')));
  const outside = new Set<string>();
  for (const file of files()) {
    const body = parse(text(file), { ecmaVersion: 'latest', sourceType: 'module' }).body as {
      source?: { value: string };
    }[];
    // In comments are types.
    const code = text(file).replaceAll(/^\s*(?:\*|\/\*|\/\/).*$/gm, '');
    const late = [...code.matchAll(/(?:\bimport|\b__require)\(["'`]([^"'`]+)["'`]\)/g)].map(
      ([, name]) => name,
    );
    for (const name of [...body.map(({ source }) => source?.value), ...late])
      if (name?.startsWith('.')) assert.ok(existsSync(join(folder, dirname(file), name)), `${file}: ${name}`);
      else if (name !== undefined && !isBuiltin(name)) outside.add(name);
  }
  // Of `debug`, which does without it.
  outside.delete('supports-color');
  const packages = [...outside].map((name) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  for (const name of packages) assert.ok(name in dependencies, name);
});

test('OpenPGP.js is there as it was published, and in no other file', () => {
  const published = createRequire(import.meta.url)
    .resolve('openpgp')
    .replace('openpgp.min.cjs', 'openpgp.mjs');
  assert.deepEqual(readFileSync(join(folder, 'dist/lib/openpgp.mjs')), readFileSync(published));
  const own = /OpenPGP\.js v\d/;
  assert.match(readFileSync(published, 'utf8'), own);
  assert.deepEqual(
    files().filter((file) => own.test(text(file))),
    [],
  );
});

test('each licence is passed on, and each package that went in is in the SBOM with version and digest', () => {
  const licences = text('THIRD-PARTY-LICENSES.txt');
  const { components, metadata } = JSON.parse(text('sbom.cdx.json'));
  assert.equal(metadata.timestamp, '2026-11-02T03:04:05.000Z');
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const within = components.filter(
    ({ properties = [] }: { properties?: { value: string }[] }) =>
      properties[0]?.value === 'within our files',
  );
  assert.ok(within.length > 50);
  for (const { group, name, version, hashes } of within) {
    const full = group ? `${group}/${name}` : name;
    assert.ok(licences.includes(`\n${full} ${version} (`), full);
    const locked = Object.entries(lock).filter(([place]) => place.endsWith(`node_modules/${full}`));
    const digests = locked.map(([, one]) =>
      (one as { integrity?: string }).integrity?.slice('sha512-'.length),
    );
    assert.ok(digests.includes(Buffer.from(hashes[0].content, 'hex').toString('base64')), full);
  }
  const names = components.map(({ group, name }: { group?: string; name: string }) =>
    group ? `${group}/${name}` : name,
  );
  for (const name of [
    'zod',
    'undici',
    '@bufbuild/cel',
    'openpgp',
    '@toolcrib/guard',
    ...Object.keys(dependencies),
  ])
    assert.ok(names.includes(name), name);
  for (const name of ['typescript', '@biomejs/biome', '@kubernetes/client-node', 'rolldown'])
    assert.ok(!names.includes(name), name);
  assert.match(licences, /GNU LESSER GENERAL PUBLIC LICENSE/);
  assert.match(licences, /Copyright 2008 Google/);
});

test('it runs from where it was written', () => {
  // Its package.json is what it reads its version from.
  execFileSync('cp', [join(ROOT, 'packages/toolcrib/package.json'), folder]);
  const main = join(folder, 'dist/faces/cli/main.js');
  assert.match(
    execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' }),
    /^\d+\.\d+\.\d+\n$/,
  );
});
