import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { SIGNED_AT, type TestBundle, type TestSigstore, testSigstore } from '../testing/signer.ts';
import { readRoot, type TrustRoot } from '../trust/root.ts';
import { certificateOf, isIssued, rawCertificateOf, requireKnownAuthorities } from './authorities.ts';
import { bundleOf } from './parse.ts';

let mine: TestSigstore;
let other: TestSigstore;
let good: TestBundle;
before(async () => {
  [mine, other] = [await testSigstore(), await testSigstore()];
  good = await mine.sign(Buffer.from('tool'), { timestamped: true });
});
const DAY = 86_400_000;
const day = (days: number) => new Date(SIGNED_AT.getTime() + days * DAY).toISOString();
/** My authorities, but for those of one kind; as they stood on a day from the signature. */
function trustWith(kind: string | undefined, asOf = day(1)): TrustRoot {
  const stored: TestBundle = structuredClone(mine.stored);
  if (kind !== undefined) stored.trustedRoot[kind] = [];
  return readRoot({ ...stored, asOf });
}
const bent = (bend: (copy: TestBundle) => void) => {
  const copy = structuredClone(good);
  bend(copy);
  return bundleOf(copy);
};
const bare = () =>
  bent((copy) => {
    delete copy.verificationMaterial.certificate;
    copy.verificationMaterial.publicKey = { hint: 'k' };
  });

describe('an authority that nobody here knows', () => {
  it('is none of mine, and mine are known', () => {
    requireKnownAuthorities(bundleOf(good), trustWith(undefined), true);
  });

  it('is told from one that came after the root, for each kind', () => {
    const log = Buffer.from(good.verificationMaterial.tlogEntries[0].logId.keyId, 'base64')
      .toString('hex')
      .slice(0, 16);
    const kinds: [kind: string, what: RegExp][] = [
      ['tlogs', new RegExp(`^the transparency log ${log} is not in the trust root`)],
      ['timestampAuthorities', /^the timestamp authority is not in the trust root/],
      ['ctlogs', /^the certificate log [0-9a-f]{16} is not in the trust root/],
    ];
    for (const [kind, what] of kinds) {
      assert.throws(
        () => requireKnownAuthorities(bundleOf(good), trustWith(kind), true),
        (error: Error & { code?: string }) => {
          assert.match(error.message, what);
          assert.equal(error.message.endsWith(`(test, ${day(1).slice(0, 10)})`), true, error.message);
          return error.code === 'unknown-authority';
        },
      );
      assert.throws(
        () => requireKnownAuthorities(bundleOf(good), trustWith(kind, day(-1)), true),
        (error: Error & { code?: string }) => {
          assert.match(error.message, what);
          assert.ok(
            error.message.includes(
              `of ${day(-1).slice(0, 10)}, which is older than the signature: run "toolcrib vet trust update"`,
            ),
          );
          return error.code === 'outdated-root';
        },
      );
    }
    assert.throws(() => requireKnownAuthorities(bundleOf(good), trustWith(undefined), false), {
      code: 'unknown-authority',
      message: /^the certificate authority is not/,
    });
    assert.throws(() => requireKnownAuthorities(bundleOf(good), trustWith(undefined, day(-1)), false), {
      code: 'outdated-root',
    });
  });

  it('of a log that claims no time is judged by when the certificate began', () => {
    const undated = bent((copy) => (copy.verificationMaterial.tlogEntries[0].integratedTime = '0'));
    assert.throws(() => requireKnownAuthorities(undated, trustWith('tlogs'), true), {
      code: 'unknown-authority',
    });
    assert.throws(() => requireKnownAuthorities(undated, trustWith('tlogs', day(-1)), true), {
      code: 'outdated-root',
    });
  });

  it('is not asked for of a certificate where a bare key signed', () => {
    requireKnownAuthorities(bare(), trustWith('ctlogs'), false);
    assert.throws(() => requireKnownAuthorities(bare(), trustWith('tlogs'), false), {
      code: 'unknown-authority',
    });
    const plain = bent((copy) => delete copy.verificationMaterial.timestampVerificationData);
    requireKnownAuthorities(plain, trustWith('timestampAuthorities'), true);
  });
});

describe('whether a known authority issued a certificate', () => {
  it('is seen by its name and by its signature', () => {
    assert.equal(isIssued(bundleOf(good), trustWith(undefined)), true);
    assert.equal(isIssued(bare(), trustWith(undefined)), false);
    assert.equal(isIssued(bundleOf(good), trustWith('certificateAuthorities')), false);
  });

  it('is a fault where the certificate was changed, and both keys of one name are tried', () => {
    const changed = bent((copy) => {
      const raw = Buffer.from(copy.verificationMaterial.certificate.rawBytes, 'base64');
      raw[raw.length - 1] = (raw.at(-1) ?? 0) ^ 1;
      copy.verificationMaterial.certificate.rawBytes = raw.toString('base64');
    });
    assert.throws(() => isIssued(changed, trustWith(undefined)), {
      code: 'certificate-invalid',
      message: 'the certificate is not what the authority that it names has signed',
    });
    const two: TestBundle = structuredClone(mine.stored);
    const theirs: TestBundle = other.stored;
    two.trustedRoot.certificateAuthorities.unshift(...theirs.trustedRoot.certificateAuthorities);
    assert.equal(isIssued(bundleOf(good), readRoot(two)), true);
  });
});

describe('the certificate of a bundle', () => {
  it('is the one, or the first of several, or none', () => {
    const raw = good.verificationMaterial.certificate.rawBytes;
    const chain = bent((copy) => {
      delete copy.verificationMaterial.certificate;
      copy.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.2';
      copy.verificationMaterial.x509CertificateChain = {
        certificates: [{ rawBytes: raw }, { rawBytes: 'AAAA' }],
      };
    });
    for (const bundle of [bundleOf(good), chain]) {
      assert.equal(Buffer.from(rawCertificateOf(bundle) ?? []).toString('base64'), raw);
      assert.ok(certificateOf(bundle));
    }
    assert.equal(rawCertificateOf(bare()), undefined);
    assert.equal(certificateOf(bare()), undefined);
  });

  it('that cannot be read, as a whole or in a part, is invalid', () => {
    const bytes = Buffer.from(good.verificationMaterial.certificate.rawBytes, 'base64');
    const unreadable = { code: 'certificate-invalid', message: 'the certificate cannot be read' };
    const of = (raw: Uint8Array) =>
      bent((copy) => (copy.verificationMaterial.certificate.rawBytes = Buffer.from(raw).toString('base64')));
    assert.throws(() => certificateOf(of(Buffer.from('x'))), unreadable);
    // No month in when it begins.
    const month = Buffer.from(bytes);
    const begins = month.indexOf(Buffer.from([0x17, 0x0d]));
    const at = begins >= 0 ? begins + 4 : month.indexOf(Buffer.from([0x18, 0x0f])) + 6;
    month.write('xx', at, 'latin1');
    assert.throws(() => certificateOf(of(month)), unreadable);
  });
});
