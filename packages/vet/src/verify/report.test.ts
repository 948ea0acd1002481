import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verificationText } from './report.ts';
import type { Provenance, Verification } from './verification.ts';

const FOUND: Verification = {
  scheme: 'sigstore-bundle',
  verdict: 'pass',
  code: 'verified',
  reason: 'signed by somebody',
  artefact: { name: 'tool', size: 1, digests: {} },
  notes: [],
};
const PROVENANCE: Provenance = {
  buildType: 'b',
  builder: 'https://builder.example',
  sourceRepository: 'https://host.example/tool',
  sourceRef: 'refs/tags/v1',
  sourceDigest: 'abc',
  certified: 'same',
  slsaLevel: { level: 3, because: 'it says so' },
};
const CERTIFICATE = {
  kind: 'certificate',
  identity: 'me',
  issuer: 'https://issuer.example',
  build: {},
} as const;
/** The lines under the first one. */
const rows = (more: Partial<Verification>) =>
  verificationText({ ...FOUND, ...more })
    .split('\n')
    .slice(1);
const about = (more: Partial<Provenance>, subject = 'tool.tgz') => ({
  statement: { predicateType: 'https://slsa.dev/p', subject, provenance: { ...PROVENANCE, ...more } },
});

describe('the text of a verification', () => {
  it('is one fact a line, and no line for what is not known', () => {
    const text = verificationText({
      ...FOUND,
      artefact: { name: 'tool', size: 1, digests: { sha256: 'aa', sha512: 'bb' } },
      signer: CERTIFICATE,
      time: { at: '2026-01-01T00:00:00.000Z', from: 'transparency-log' },
      ...about({}),
      notes: ['one', 'two'],
    });
    assert.deepEqual(text.split('\n'), [
      'PASS  tool: signed by somebody',
      '  scheme     sigstore-bundle',
      '  signer     me (vouched for by https://issuer.example)',
      '  signed     2026-01-01T00:00:00.000Z, in a transparency log',
      '  statement  https://slsa.dev/p about tool.tgz',
      '  built by   https://builder.example',
      '  source     https://host.example/tool refs/tags/v1 abc, and the certificate says the same',
      '  SLSA level Build L3: it says so',
      '  sha256     aa',
      '  sha512     bb',
      '  note       one',
      '  note       two',
    ]);
    assert.deepEqual(rows({}), ['  scheme     sigstore-bundle']);
  });

  it('begins with the verdict', () => {
    for (const [verdict, mark] of [
      ['pass', 'PASS'],
      ['fail', 'FAIL'],
      ['unknown', 'UNKNOWN'],
    ] as const)
      assert.ok(verificationText({ ...FOUND, verdict }).startsWith(`${mark}  tool: `));
  });

  it('says of a key what it is called, of which kind it is and its fingerprint', () => {
    const key = { kind: 'key', algorithm: 'Ed25519', fingerprint: 'SHA256:x' } as const;
    assert.ok(rows({ signer: key }).includes('  signer     Ed25519 SHA256:x'));
    assert.ok(rows({ signer: { ...key, name: 'Me' } }).includes('  signer     Me, Ed25519 SHA256:x'));
  });

  it('tells a time that is shown from one that is claimed, and from none', () => {
    const at = '2026-01-01T00:00:00.000Z';
    assert.ok(
      rows({ time: { at, from: 'claim' } }).includes(`  signed     ${at}, which only the signer says`),
    );
    const stamped = rows({ time: { at, from: 'timestamp-authority' } });
    assert.ok(stamped.includes(`  signed     ${at}, by a timestamp authority`));
    assert.ok(rows({ time: { from: 'none' } }).includes('  signed     when is not known'));
  });

  it('says where the certificate does not back the source, and nothing of a source that is not named', () => {
    const source = (more: Partial<Provenance>) => rows(about(more)).find((row) => row.startsWith('  source'));
    assert.match(source({ certified: 'other' }) ?? '', /abc, but the certificate says otherwise$/);
    assert.match(source({ certified: 'not said' }) ?? '', /abc$/);
    assert.equal(source({ sourceRef: undefined })?.includes('tool abc,'), true);
    assert.equal(source({ sourceRepository: undefined }), undefined);
  });

  it('names the artefact where the statement does not, and a level that nobody published as such', () => {
    const some = rows(about({ slsaLevel: { level: 'not stated', because: 'nobody says' } }, ''));
    assert.ok(some.includes('  statement  https://slsa.dev/p about tool'));
    assert.ok(some.includes('  SLSA level not stated: nobody says'));
  });

  it('says how to pin who was seen first', () => {
    const { build: _, ...proposal } = CERTIFICATE;
    const pin = rows({ proposal }).find((row) => row.startsWith('  to pin it'));
    assert.match(pin ?? '', /then: --identity 'me' --issuer 'https:\/\/issuer\.example'$/);
  });

  it('lets no foreign text out of its line', () => {
    const evil = 'x\n\u001b[31mPASS\u202e';
    const text = verificationText({
      ...FOUND,
      reason: evil,
      artefact: { name: evil, size: 1, digests: {} },
      notes: [evil],
    });
    assert.deepEqual(text.split('\n'), [
      'PASS  x [31mPASS : x [31mPASS ',
      '  scheme     sigstore-bundle',
      '  note       x [31mPASS ',
    ]);
  });
});
