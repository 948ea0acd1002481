import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestBundle } from '../testing/signer.ts';
import type { ReasonCode } from '../verification.ts';
import { bent, digests, flip, pick, sigstore, verify } from './testing/bundle.ts';

const statement = (subject: object[], predicateType = 'https://example.org/p', predicate: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType,
  predicate,
});

describe('one flipped bit anywhere in a bundle', () => {
  it('fails by the name of what was changed', async () => {
    const bundle = await sigstore.attest(statement([{ name: 'tool', digest: digests }]));
    const entry = (copy: TestBundle) => copy.verificationMaterial.tlogEntries[0];
    const paths: [string, (copy: TestBundle) => [TestBundle, string], ReasonCode][] = [
      ['payload', (copy) => [copy.dsseEnvelope, 'payload'], 'signature-invalid'],
      ['signature', (copy) => [copy.dsseEnvelope.signatures[0], 'sig'], 'signature-invalid'],
      ['certificate', (copy) => [copy.verificationMaterial.certificate, 'rawBytes'], 'certificate-invalid'],
      ['promise', (copy) => [entry(copy).inclusionPromise, 'signedEntryTimestamp'], 'log-entry-invalid'],
      ['body', (copy) => [entry(copy), 'canonicalizedBody'], 'log-entry-invalid'],
      ['root hash', (copy) => [entry(copy).inclusionProof, 'rootHash'], 'log-entry-invalid'],
      // Another log's name is a log that nobody knows.
      ['log id', (copy) => [entry(copy).logId, 'keyId'], 'unknown-authority'],
    ];
    for (const [name, at, code] of paths) {
      const [holder, key] = at(bundle);
      const length = Buffer.from(holder[key], 'base64').length;
      for (let index = 0; index < length; index += Math.max(1, Math.floor(length / 160))) {
        const bad = bent(bundle, (copy) => {
          const [one, field] = at(copy);
          one[field] = flip(one[field], index);
        });
        const found = await verify(bad);
        assert.equal(found.code, code, `${name}, byte ${index}: ${found.reason}`);
      }
    }
  });

  it('of the checkpoint or another number of its tree fails as well', async () => {
    const bundle = await sigstore.attest(statement([{ name: 'tool', digest: digests }]));
    const bend = async (change: (proof: TestBundle) => void) =>
      pick(
        await verify(bent(bundle, (copy) => change(copy.verificationMaterial.tlogEntries[0].inclusionProof))),
      );
    const { envelope } = bundle.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint;
    for (let at = 0; at < envelope.length; at++) {
      const code = envelope.charCodeAt(at) ^ 1;
      const bad = envelope.slice(0, at) + String.fromCharCode(code) + envelope.slice(at + 1);
      const [verdict, why] = await bend((proof) => (proof.checkpoint.envelope = bad));
      assert.deepEqual([verdict, why], ['fail', 'log-entry-invalid'], `character ${at}`);
    }
    for (const size of ['0', '2', '01', '4294967297', '-1', 'x'])
      assert.equal((await bend((proof) => (proof.treeSize = size)))[0], 'fail', size);
  });
});
