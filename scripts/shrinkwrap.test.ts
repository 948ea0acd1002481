import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PACKAGES } from './packages.ts';
import { type Locked, mustBeBuilt, shrinkwrapOf } from './shrinkwrap.ts';

const { packages } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'),
) as {
  packages: Record<string, Locked>;
};

test('what is published pins everything that it needs, and nothing that it does not', () => {
  const { packages: pinned } = shrinkwrapOf(packages, 'packages/toolcrib');
  const own = packages['packages/toolcrib'] as Locked & { devDependencies: Record<string, string> };
  for (const name of Object.keys(own.dependencies ?? {})) assert.ok(`node_modules/${name}` in pinned, name);
  for (const [place, { version, integrity, link }] of Object.entries(pinned as Record<string, Locked>)) {
    if (place === '') continue;
    assert.equal(link, undefined);
    assert.equal(
      version,
      (packages[place]?.link ? packages[`packages/${place.split('/').at(-1)}`] : packages[place])?.version,
    );
    assert.ok(integrity || place.startsWith('node_modules/@toolcrib/'), `${place} is pinned by no digest`);
  }
  for (const name of ['typescript', '@biomejs/biome', 'fast-check', '@sigstore/mock'])
    assert.ok(!(`node_modules/${name}` in pinned), name);
  // A need of a need, from the folder that its own need has.
  const nested = {
    'packages/toolcrib': { version: '1.0.0', dependencies: { a: '1' } },
    'node_modules/a': { version: '1.0.0', dependencies: { b: '2' } },
    'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '1' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0' },
  };
  assert.deepEqual(Object.keys(shrinkwrapOf(nested, 'packages/toolcrib').packages), [
    '',
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/c',
  ]);
  assert.throws(
    () => shrinkwrapOf({ ...nested, 'packages/toolcrib': { dependencies: { x: '1' } } }, 'packages/toolcrib'),
    /no x/,
  );
});

test('a package that was not built is not packed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-packable-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ bin: { toolcrib: 'bin/toolcrib.js' } }));
    assert.throws(() => mustBeBuilt(folder), /npm run build/);
    mkdirSync(join(folder, 'dist', 'faces', 'cli'), { recursive: true });
    writeFileSync(join(folder, 'dist', 'faces', 'cli', 'main.js'), '');
    writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), '');
    assert.throws(() => mustBeBuilt(folder), /sbom\.cdx\.json is not there/);
    writeFileSync(join(folder, 'sbom.cdx.json'), '');
    mustBeBuilt(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const name of PACKAGES) {
    const manifest = JSON.parse(
      readFileSync(join(import.meta.dirname, '..', 'packages', name, 'package.json'), 'utf8'),
    );
    assert.match(manifest.scripts.prepack, /scripts\/shrinkwrap\.ts/, name);
  }
});
