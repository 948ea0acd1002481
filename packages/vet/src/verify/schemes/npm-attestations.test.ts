import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Expected } from '../expected.ts';
import { sha512 } from '../testing/keys.ts';
import { BYTES, outcome } from '../testing/outcome.ts';
import { IDENTITY, ISSUER, SIGNED_AT, testSigstore } from '../testing/signer.ts';

describe('npm attestations', () => {
  it('of another version, or of another package, are other subjects, whatever they say', async () => {
    const sigstore = await testSigstore();
    const subject = [{ name: 'pkg:npm/tool@1.0.0', digest: { sha512: sha512(BYTES).toString('hex') } }];
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject,
      predicateType: 'https://example.org/p',
      predicate: {},
    };
    const proof = Buffer.from(
      JSON.stringify({ attestations: [{ predicateType: 'x', bundle: await sigstore.attest(statement) }] }),
    );
    const judge = (purl: string) => {
      const expected: Expected = {
        signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }],
        purl,
      };
      const now = new Date(SIGNED_AT.getTime() + 1000);
      return outcome(proof, expected, { trust: sigstore.trust, now });
    };
    assert.equal(await judge('pkg:npm/tool@1.0.0'), 'pass verified');
    assert.equal(await judge('pkg:npm/tool@1.0.1'), 'fail other-subject');
    assert.equal(await judge('pkg:npm/other@1.0.0'), 'fail other-subject');
  });
});
