import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRelease } from './file.ts';

const read = (spec: object, more: object = {}) =>
  readRelease(
    JSON.stringify({ apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Release', spec, ...more }),
    '/releases/tool.yaml',
  );

test('what a release names lies beside it, but for addresses and people', () => {
  const release = read({
    artefact: 'tool',
    proofs: [
      { signature: 'tool.sig', certificate: '/abs/tool.pem', allowedSigners: '../allowed', identity: 'me@x' },
      { bundle: 'b', key: 'k', keyring: 'r' },
      { checksums: 'sums' },
    ],
    sbom: 'bom.json',
    sourceRepository: 'https://github.com/acme/tool',
    sourceRef: 'refs/tags/v1',
    aqua: 'registry.yaml',
    previous: 'old.json',
  });
  assert.deepEqual(JSON.parse(JSON.stringify(release)), {
    artefact: '/releases/tool',
    proofs: [
      {
        signature: '/releases/tool.sig',
        certificate: '/abs/tool.pem',
        allowedSigners: '/allowed',
        identity: 'me@x',
      },
      { bundle: '/releases/b', key: '/releases/k', keyring: '/releases/r' },
      { checksums: '/releases/sums' },
    ],
    sbom: '/releases/bom.json',
    sourceRepository: 'https://github.com/acme/tool',
    sourceRef: 'refs/tags/v1',
    aqua: '/releases/registry.yaml',
    previous: '/releases/old.json',
  });
  assert.deepEqual(JSON.parse(JSON.stringify(read({ artefact: 'tool' }))), {
    artefact: '/releases/tool',
    proofs: [],
  });
  assert.equal(read({ artefact: 'tool', aqua: 'https://host/r.yaml' }).aqua, 'https://host/r.yaml');
});

test('a release that says what is not understood is refused, with the place', () => {
  const bad = (message: RegExp, ...given: Parameters<typeof read>) =>
    assert.throws(() => read(...given), { code: 'bad-file', message });
  bad(/^\/releases\/tool\.yaml: spec\.artefact: /, {});
  bad(/: spec: /, { artefact: 'x', unheardOf: 1 });
  bad(/: spec\.proofs\.0: name a bundle, signature or checksums$/, { artefact: 'x', proofs: [{ key: 'k' }] });
  bad(/: spec\.proofs\.0: name a bundle or a signature, not both$/, {
    artefact: 'x',
    proofs: [{ bundle: 'b', signature: 's' }],
  });
  bad(/: spec\.proofs\.0: allowedSigners needs identity/, {
    artefact: 'x',
    proofs: [{ signature: 's', allowedSigners: 'a' }],
  });
  bad(/: spec\.proofs\.0: /, { artefact: 'x', proofs: [{ bundle: 'b', other: 1 }] });
  bad(/: spec\.proofs: /, { artefact: 'x', proofs: Array(33).fill({ bundle: 'b' }) });
  bad(/: spec\.sourceRef: /, { artefact: 'x', sourceRef: 'v1' });
  bad(/: spec\.sourceRepository: /, { artefact: 'x', sourceRepository: 'acme/tool' });
  bad(/: apiVersion: /, { artefact: 'x' }, { apiVersion: 'v2' });
  bad(/: kind: /, { artefact: 'x' }, { kind: 'Other' });
  assert.equal(read({ artefact: 'x', proofs: Array(32).fill({ bundle: 'b' }) }).proofs.length, 32);
  assert.throws(() => readRelease('a: [', 'x.yaml'), {
    code: 'bad-file',
    message: /^x\.yaml: .* at line 1, column \d+:?$/,
  });
});
