import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cut, cutChangelog, withVersion } from './cut.ts';
import { PACKAGES } from './packages.ts';

const ROOT = join(import.meta.dirname, '..');
const CHANGELOG = '# Changelog\n\n## Unreleased\n### Added\n- a\n\n## 0.1.0 (2026-11-01)\n- b\n';

test('what was unreleased is the version’s, and nothing of it is lost', () => {
  const text = cutChangelog(CHANGELOG, '0.2.0', '2026-12-01');
  assert.equal(
    text,
    '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n### Added\n- a\n\n## 0.1.0 (2026-11-01)\n- b\n',
  );
  assert.throws(() => cutChangelog(text, '0.3.0', '2026-12-02'), /nothing stands under/);
  assert.throws(() => cutChangelog(CHANGELOG, '0.1.0', '2026-12-02'), /has 0\.1\.0 already/);
  assert.throws(() => cutChangelog('# Changelog\n', '0.3.0', '2026-12-02'), /no section/);
});

test('a package needs the others in the version that is cut, and what is not ours as before', () => {
  const manifest = {
    name: 'x',
    version: '0.1.0',
    license: 'L',
    dependencies: { '@toolcrib/kube': '^0.1.0', yaml: '^2.0.0' },
  };
  assert.deepEqual(withVersion(manifest, '0.2.0'), {
    ...manifest,
    version: '0.2.0',
    dependencies: { '@toolcrib/kube': '^0.2.0', yaml: '^2.0.0' },
  });
});

test('all packages and the CHANGELOG, or none of them', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'toolcrib-cut-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files = ['CHANGELOG.md', ...PACKAGES.map((name) => `packages/${name}/package.json`)];
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    cpSync(join(ROOT, file), join(root, file));
  }
  // Of a commit that has just been cut nothing is unreleased.
  writeFileSync(join(root, 'CHANGELOG.md'), CHANGELOG);
  const state = () => files.map((file) => readFileSync(join(root, file), 'utf8'));
  const before = state();
  for (const [version, why] of [
    ['v9.0.0', /no version/],
    ['9', /no version/],
    ['0.0.1', /is not above/],
  ] as const)
    assert.throws(() => cut(root, version, '2026-12-01'), why);
  assert.deepEqual(state(), before);
  cut(root, '9.0.0', '2026-12-01');
  const [changelog = '', ...manifests] = state();
  assert.match(changelog, /\n## Unreleased\n\n## 9\.0\.0 \(2026-12-01\)\n/);
  for (const text of manifests) {
    assert.equal(JSON.parse(text).version, '9.0.0');
    for (const [, range] of text.matchAll(/"@toolcrib\/\w+": "([^"]+)"/g)) assert.equal(range, '^9.0.0');
  }
});
