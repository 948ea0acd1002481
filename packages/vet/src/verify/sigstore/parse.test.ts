import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type TestBundle, testSigstore } from '../testing/signer.ts';
import { bundleOf, readBundle } from './parse.ts';

let good: TestBundle;
before(async () => {
  good = await (await testSigstore()).sign(Buffer.from('tool'), { timestamped: true });
});
const bent = (bend: (copy: TestBundle) => void): TestBundle => {
  const copy = structuredClone(good);
  bend(copy);
  return copy;
};
const entries = (copy: TestBundle) => copy.verificationMaterial.tlogEntries;
/** The certificate in the form that bundles had before, where it could be one of several. */
const chain = (length: number) =>
  bent((copy) => {
    const { certificate } = copy.verificationMaterial;
    delete copy.verificationMaterial.certificate;
    copy.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.2';
    copy.verificationMaterial.x509CertificateChain = { certificates: Array(length).fill(certificate) };
  });
const logged = (count: number) =>
  bent((copy) => (copy.verificationMaterial.tlogEntries = Array(count).fill(entries(copy)[0])));
const hashes = (count: number) =>
  bent((copy) => (entries(copy)[0].inclusionProof.hashes = Array(count).fill('AAAA')));
const stamped = (count: number) =>
  bent((copy) => {
    const data = copy.verificationMaterial.timestampVerificationData;
    data.rfc3161Timestamps = Array(count).fill(data.rfc3161Timestamps[0]);
  });

describe('a bundle', () => {
  it('is read from its bytes, also one that has no timestamps', () => {
    const read = readBundle(Buffer.from(JSON.stringify(good)));
    assert.equal(read.content.$case, 'messageSignature');
    assert.equal(read.verificationMaterial.tlogEntries.length, 1);
    const bare = bent((copy) => delete copy.verificationMaterial.timestampVerificationData);
    assert.ok(bundleOf(bare));
  });

  it('is none where it is no object, or none that is known, and says why', () => {
    for (const none of [undefined, null, [], 'x', 1])
      assert.throws(() => bundleOf(none), {
        code: 'not-understood',
        message: 'the bundle is not a JSON object',
      });
    assert.throws(() => bundleOf({}), {
      code: 'not-understood',
      message: /^this is no valid bundle \(.*mediaType/,
    });
    // What is not of the library's own errors is as much of a reason.
    const wrong = bent((copy) => (copy.messageSignature.messageDigest.algorithm = 'none'));
    assert.throws(() => bundleOf(wrong), {
      code: 'not-understood',
      message: /^this is no valid bundle \([^)]+\)$/,
    });
    assert.throws(() => readBundle(Buffer.from('{')), {
      code: 'not-understood',
      message: 'the bundle is not JSON',
    });
  });

  it('without the inclusion that its version must have says that, and not where more is wrong', () => {
    const noProof = bent((copy) => delete entries(copy)[0].inclusionProof);
    assert.throws(() => bundleOf(noProof), {
      code: 'no-inclusion-proof',
      message: 'the bundle has a log entry without its inclusion proof',
    });
    const older = (bend: (copy: TestBundle) => void) => {
      const copy = chain(1);
      copy.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1';
      bend(copy);
      return copy;
    };
    assert.ok(bundleOf(older(() => {})));
    assert.throws(() => bundleOf(older((copy) => delete entries(copy)[0].inclusionPromise)), {
      code: 'no-inclusion-proof',
      message: 'the bundle has a log entry without its inclusion promise',
    });
    const both = bent((copy) => {
      delete entries(copy)[0].inclusionProof;
      copy.messageSignature.signature = '';
    });
    assert.throws(() => bundleOf(both), { code: 'not-understood' });
  });

  it('has so many of each and no more', () => {
    const limits: [string, (count: number) => TestBundle, number][] = [
      ['log entries', logged, 8],
      ['certificates', chain, 10],
      ['timestamps', stamped, 8],
    ];
    for (const [what, build, most] of limits) {
      assert.ok(bundleOf(build(most)), what);
      assert.throws(() => bundleOf(build(most + 1)), {
        code: 'limit',
        message: `the bundle has more than ${most} ${what}`,
      });
    }
  });

  it('has no list anywhere that is longer than any is, which is seen before it is read', () => {
    assert.ok(bundleOf(hashes(64)));
    const tooLong = { code: 'limit', message: 'the bundle has a list of more than 64' };
    assert.throws(() => bundleOf(hashes(65)), tooLong);
    assert.throws(() => bundleOf({ deep: [{ in: { it: Array(65).fill(0) } }] }), tooLong);
    assert.throws(() => bundleOf({ a: null, deep: [[Array(65).fill(0)]] }), tooLong);
  });
});
