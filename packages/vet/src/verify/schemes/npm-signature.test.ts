import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Expected } from '../expected.ts';
import { sha512 } from '../testing/keys.ts';
import { BYTES, outcome, verified } from '../testing/outcome.ts';
import { readRoot, type StoredRoot } from '../trust/root.ts';
import { npmSignature } from './npm-signature.ts';

describe("the npm registry's signature", () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const integrity = `sha512-${sha512(BYTES).toString('base64')}`;
  const sig = sign('sha256', Buffer.from(`tool@1.0.0:${integrity}`), privateKey).toString('base64');
  const manifest = (dist: object) =>
    JSON.stringify({ name: 'tool', version: '1.0.0', dist: { integrity, ...dist } });
  const expected: Expected = { signers: [], purl: 'pkg:npm/tool@1.0.0' };
  const trust = (end?: string) =>
    readRoot({
      asOf: '2026-11-01T00:00:00Z',
      origin: 'test',
      trustedRoot: { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' },
      npmKeys: [
        ['SHA256:attests', 'npm:attestations'],
        ['SHA256:k', 'npm:signatures'],
      ].map(([keyId = '', keyUsage = '']) => ({
        keyId,
        keyUsage,
        publicKey: {
          rawBytes: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          validFor: { start: '2020-01-01T00:00:00Z', ...(end && { end }) },
        },
      })),
    } satisfies StoredRoot);
  const signed = manifest({ signatures: [{ keyid: 'SHA256:k', sig }] });

  it('passes, also from the whole packument; a stripped or unknown one is unknown', async () => {
    assert.equal(await outcome(signed, expected, { trust: trust() }), 'pass verified');
    assert.equal(
      await outcome(JSON.stringify({ versions: { '1.0.0': JSON.parse(signed) } }), expected, {
        trust: trust(),
      }),
      'pass verified',
    );
    assert.equal(await outcome(manifest({}), expected, { trust: trust() }), 'unknown nothing-to-verify');
    assert.equal(
      await outcome(manifest({ signatures: [{ keyid: 'SHA256:other', sig }] }), expected, { trust: trust() }),
      'unknown unknown-key',
    );
    assert.equal(await outcome(signed, { signers: [] }, { trust: trust() }), 'unknown first-seen');
  });
  it('fails for another package, version or tarball', async () => {
    assert.equal(
      await outcome(signed, { ...expected, purl: 'pkg:npm/other@1.0.0' }, { trust: trust() }),
      'fail other-subject',
    );
    assert.equal(
      await outcome(
        signed.replace('1.0.0', '1.0.1'),
        { ...expected, purl: 'pkg:npm/tool@1.0.1' },
        { trust: trust() },
      ),
      'fail signature-invalid',
    );
    assert.equal(
      await outcome(signed.replace(integrity, `sha512-${'A'.repeat(86)}==`), expected, { trust: trust() }),
      'fail artefact-mismatch',
    );
  });
  it('by a key that has ended since is unknown: nothing shows that it signed before', async () => {
    assert.equal(
      await outcome(signed, expected, { trust: trust('2025-01-29T00:00:00Z') }),
      'unknown expired-key-undated',
    );
  });

  const given = (proof: string, more: Partial<Expected> = {}, end?: string) =>
    verified(proof, { ...expected, ...more }, { trust: trust(end) });

  it('says by which key, of which list, and claims no time', async () => {
    const found = await given(signed);
    assert.equal(found.reason, 'the npm registry signed tool@1.0.0 with these bytes');
    assert.deepEqual(found.signer, {
      kind: 'key',
      algorithm: 'ec prime256v1',
      fingerprint: 'SHA256:k',
      name: 'npm registry',
    });
    assert.deepEqual([found.time, found.notes], [{ from: 'none' }, ['keys: test, 2026-11-01']]);
  });

  it('of a package with an owner is over the whole name', async () => {
    const owned = sign('sha256', Buffer.from(`@acme/tool@1.0.0:${integrity}`), privateKey).toString('base64');
    const scoped = {
      name: '@acme/tool',
      version: '1.0.0',
      dist: { integrity, signatures: [{ keyid: 'SHA256:k', sig: owned }] },
    };
    const of = (purl: string) => outcome(JSON.stringify(scoped), { signers: [], purl }, { trust: trust() });
    assert.equal(await of('pkg:npm/%40acme/tool@1.0.0'), 'pass verified');
    assert.equal(await of('pkg:npm/tool@1.0.0'), 'fail other-subject');
  });

  it('is nothing without a name and a version to hold it against', async () => {
    for (const purl of ['pkg:npm/tool', 'pkg:pypi/tool@1.0.0', 'tool'])
      assert.equal(
        await outcome(signed, { signers: [], purl }, { trust: trust() }),
        'unknown first-seen',
        purl,
      );
    const other = JSON.stringify({ versions: { '2.0.0': JSON.parse(signed) } });
    assert.deepEqual(await given(other).then(({ code, reason }) => [code, reason]), [
      'nothing-to-verify',
      'the packument has no version 1.0.0',
    ]);
    const inherited = JSON.stringify({ versions: {}, dist: 1, integrity: 1 });
    assert.equal(
      await outcome(inherited, { signers: [], purl: 'pkg:npm/tool@constructor' }, { trust: trust() }),
      'unknown nothing-to-verify',
    );
    assert.equal(
      (await given(signed, { purl: 'pkg:npm/tool@1.0.1' })).reason,
      'the manifest is of tool@1.0.0, not of tool@1.0.1',
    );
    assert.equal((await given(signed, { purl: 'pkg:npm/other@1.0.0' })).code, 'other-subject');
  });

  it('must stand over SHA-512, and be one of not too many', async () => {
    const weak = manifest({ integrity: 'sha1-x', signatures: [{ keyid: 'SHA256:k', sig }] });
    assert.deepEqual(await given(weak).then(({ code, reason }) => [code, reason]), [
      'unsupported',
      "the registry's integrity is not SHA-512",
    ]);
    const times = (count: number) => manifest({ signatures: Array(count).fill({ keyid: 'SHA256:k', sig }) });
    assert.equal((await given(times(16))).code, 'verified');
    assert.equal((await given(times(17))).code, 'not-understood');
    assert.equal((await given(manifest({ signatures: [] }))).code, 'nothing-to-verify');
    const none = JSON.stringify({
      name: 'tool',
      version: '1.0.0',
      dist: { signatures: [{ keyid: 'SHA256:k', sig }] },
      integrity: 1,
    });
    assert.equal((await given(none)).code, 'nothing-to-verify');
  });

  it("by a key for something else, or by nobody's, is unknown; one that does not hold fails beside one that does", async () => {
    const keys = (...all: [string, string][]) =>
      manifest({ signatures: all.map(([keyid, sig]) => ({ keyid, sig })) });
    const found = await given(keys(['SHA256:other', sig]));
    assert.deepEqual(
      [found.code, found.reason],
      ['unknown-key', 'signed with SHA256:other, which is not a known key of the registry'],
    );
    assert.equal((await given(keys(['SHA256:attests', sig]))).code, 'unknown-key');
    assert.equal((await given(keys(['SHA256:other', sig], ['SHA256:k', sig]))).code, 'verified');
    assert.equal(
      (await given(keys(['SHA256:k', sig.replace(/^..../, 'AAAA')], ['SHA256:k', sig]))).code,
      'signature-invalid',
    );
  });

  it('counts until its key ends, and stands in for nobody who was named', async () => {
    assert.equal((await given(signed, {}, '2999-01-01T00:00:00Z')).code, 'verified');
    const ended = await given(signed, {}, '2025-01-29T00:00:00Z');
    assert.match(ended.reason, /^the registry's key ended on 2025-01-29, /);
    assert.equal(ended.signer?.kind, 'key');
    const named: Expected['signers'] = [{ kind: 'certificate', identity: 'me', issuer: 'https://i' }];
    const alone = await given(signed, { signers: named });
    assert.deepEqual([alone.code, alone.signer?.kind], ['nothing-to-verify', 'key']);
  });

  it('is recognised by its parts, and nothing else by them', () => {
    const is = (text: string) => npmSignature.recognise({ name: 'x', bytes: Buffer.from(text) });
    assert.ok(is(signed));
    for (const text of ['x"dist""integrity"', '{"dist":{}}', '{"integrity":1}'])
      assert.equal(is(text), false, text);
  });
});
