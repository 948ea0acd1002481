import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { licencesText, packagesOf } from './third-party.ts';

/** A clone with these packages, and a lock that has them. */
function clone(
  t: TestContext,
  packages: Record<string, { manifest: object; files?: Record<string, string> }>,
): string {
  const root = mkdtempSync(join(tmpdir(), 'toolcrib-third-party-'));
  t.after(() => rmSync(root, { recursive: true }));
  const lock: Record<string, object> = {};
  for (const [place, { manifest, files = {} }] of Object.entries(packages)) {
    for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
      mkdirSync(dirname(join(root, place, name)), { recursive: true });
      writeFileSync(join(root, place, name), text);
    }
    lock[place] = { version: (manifest as { version: string }).version, integrity: 'sha512-AAAA' };
  }
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: lock }));
  return root;
}

const MIT = { license: 'MIT', author: 'Aiko <aiko@example.org> (https://example.org)' };

test('the package of each file, in each version, once; files of ours are of none', (t) => {
  const root = clone(t, {
    'node_modules/a': {
      manifest: { name: 'a', version: '1.0.0', ...MIT },
      files: { LICENSE: 'MIT of a', 'NOTICE.md': 'note' },
    },
    'node_modules/@s/b': {
      manifest: { name: '@s/b', version: '2.0.0', ...MIT },
      files: { 'licence.txt': 'MIT of b' },
    },
    'node_modules/@s/b/node_modules/a': {
      manifest: { name: 'a', version: '3.0.0', ...MIT },
      files: { COPYING: 'MIT of a3' },
    },
  });
  const files = [
    'node_modules/a/x.js',
    'node_modules/a/lib/y.js',
    'node_modules/@s/b/index.js',
    'node_modules/@s/b/node_modules/a/z.js',
    'packages/x/src/y.ts',
  ];
  const found = packagesOf(
    root,
    files.map((file) => join(root, file)),
  );
  assert.deepEqual(
    found.map(({ name, version, supplier, integrity, texts }) => [
      name,
      version,
      supplier,
      integrity,
      texts.map((one) => one.name),
    ]),
    [
      ['@s/b', '2.0.0', 'Aiko', 'sha512-AAAA', ['licence.txt']],
      ['a', '1.0.0', 'Aiko', 'sha512-AAAA', ['LICENSE', 'NOTICE.md']],
      ['a', '3.0.0', 'Aiko', 'sha512-AAAA', ['COPYING']],
    ],
  );
  const text = licencesText(
    [...found.slice(0, 2), { ...(found[2] as (typeof found)[0]), beside: true }],
    'intro\n',
  );
  assert.match(
    text,
    /^intro\n\n={78}\n\n@s\/b 2\.0\.0 \(MIT\)\n\n--- licence\.txt\n\nMIT of b\n\n={78}\n\na 1\.0\.0 \(MIT\)\n\n--- LICENSE\n\nMIT of a\n\n--- NOTICE\.md\n\nnote\n$/,
  );
});

test('who makes it: its author, its first maintainer, who has its repository, its scope', (t) => {
  const of = (manifest: object) => {
    const root = clone(t, {
      'node_modules/@s/a': { manifest: { name: '@s/a', version: '1.0.0', license: 'MIT', ...manifest } },
    });
    return packagesOf(root, [join(root, 'node_modules/@s/a/index.js')])[0]?.supplier;
  };
  assert.equal(of({ author: { name: 'Ben' }, repository: 'owner/a' }), 'Ben');
  assert.equal(
    of({ author: 'ben@example.org', repository: { url: 'git+https://host.example/owner/a.git' } }),
    'owner',
  );
  assert.equal(of({ maintainers: [{ name: 'Cleo' }], repository: 'owner/a' }), 'Cleo');
  assert.equal(of({}), '@s');
});

test('a forgotten licence file is SPDX’s text, with whose it is', (t) => {
  const manifest = { name: 'a', version: '1.0.0', license: '(Apache-2.0 AND BSD-3-Clause)' };
  const root = clone(t, {
    'node_modules/a': {
      manifest,
      files: { 'lib/x.js': '// Copyright 2008 Google Inc.  All rights reserved.\n' },
    },
  });
  const [one] = packagesOf(root, [join(root, 'node_modules/a/lib/x.js')]);
  assert.deepEqual(
    one?.texts.map(({ name }) => name),
    ['Apache-2.0, as SPDX has it', 'BSD-3-Clause, as SPDX has it'],
  );
  assert.match(
    one?.texts[1]?.text ?? '',
    /^Copyright 2008 Google Inc\. {2}All rights reserved\.\n[\s\S]*Redistribution and use/,
  );
});

test('what can’t be passed on, or is not what was locked, is no release', (t) => {
  const at = (license: unknown, version = '1.0.0') => {
    const root = clone(t, { 'node_modules/a': { manifest: { name: 'a', version: '1.0.0', license } } });
    writeFileSync(
      join(root, 'package-lock.json'),
      JSON.stringify({ packages: { 'node_modules/a': { version } } }),
    );
    return () => packagesOf(root, [join(root, 'node_modules/a/x.js')]);
  };
  assert.throws(at(undefined), /names no licence/);
  assert.throws(at('SEE LICENSE IN x'), /has no licence file, and SPDX's list no SEE/);
  assert.throws(at('MIT', '1.0.1'), /a 1\.0\.0 is installed, and package-lock\.json has 1\.0\.1: run npm ci/);
});
