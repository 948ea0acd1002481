import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExpectedSigner } from '../expected.ts';
import { Stop } from '../stop.ts';
import { anchored, requireSigner } from './identity.ts';

const [identity, issuer] = ['https://acme.example/release', 'https://issuer.example'];
const signer = { kind: 'certificate', identity, issuer, build: {} } as const;
/** Why it is not one of these; undefined: it is. */
function refused(signers: ExpectedSigner[], of: typeof signer = signer): Stop | undefined {
  try {
    requireSigner(of, { signers });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Stop);
    return error;
  }
}
const pattern = (text: string, by = issuer): ExpectedSigner => ({
  kind: 'certificate-pattern',
  pattern: text,
  issuer: by,
});

describe('one who is expected', () => {
  it('is who is named together with who vouches, or matches a pattern as a whole', () => {
    const named: ExpectedSigner = { kind: 'certificate', identity, issuer };
    assert.equal(refused([named]), undefined);
    assert.equal(refused([{ ...named, identity: 'x' }, named]), undefined, 'one of several is enough');
    assert.equal(refused([{ ...named, identity: `${identity}x` }])?.code, 'other-identity');
    assert.equal(refused([{ ...named, issuer: 'https://other.example' }])?.code, 'other-identity');
    assert.equal(refused([pattern('^https://acme\\.example/[a-z]+$')]), undefined);
    assert.equal(refused([pattern('^https://acme\\.example/$')])?.code, 'other-identity');
    assert.equal(refused([pattern('^.*$', 'https://other.example')])?.code, 'other-identity');
    const long = (length: number) => ({ ...signer, identity: 'x'.repeat(length) }) as never;
    assert.equal(refused([pattern('^x*$')], long(2048)), undefined);
    assert.equal(refused([pattern('^x*$')], long(2049))?.code, 'other-identity', 'too long to be looked at');
  });

  it('is told beside who signed', () => {
    const all: ExpectedSigner[] = [
      { kind: 'certificate', identity: 'a', issuer: 'i' },
      pattern('^b$', 'j'),
      { kind: 'public-key', pem: 'x' },
      { kind: 'minisign', key: 'x' },
      { kind: 'openpgp', keyring: new Uint8Array(), fingerprint: 'ABCD' },
      { kind: 'openpgp', keyring: new Uint8Array() },
      { kind: 'ssh', allowedSigners: '', principal: 'ben' },
    ];
    assert.equal(
      refused(all)?.message,
      `signed by ${identity} (vouched for by ${issuer}), expected a (vouched for by i) or somebody like ^b$ (vouched for by j) or a given public key or a given minisign key or OpenPGP key ABCD or a key of the given OpenPGP ring or ben (ssh)`,
    );
  });

  it('is proposed where nobody is expected', () => {
    const found = refused([]);
    assert.deepEqual(
      [found?.code, found?.message, found?.extra],
      [
        'first-seen',
        `a good signature of ${identity} (vouched for by ${issuer}), but nobody said who should have signed`,
        { proposal: { kind: 'certificate', identity, issuer } },
      ],
    );
  });
});

describe('a pattern', () => {
  it('has its anchors, and holds for the whole', () => {
    assert.deepEqual(
      ['a', 'b', 'ax', 'xb', ''].map((text) => anchored('^a|b$').test(text)),
      [true, true, false, false, false],
    );
    for (const none of ['a$', '^a', '^a\\$', 'a', ''])
      assert.throws(() => anchored(none), {
        code: 'not-understood',
        message: `the identity pattern ${none} must start with ^ and end with $`,
      });
  });

  it('is a regular expression by itself, and one that ends', () => {
    for (const none of ['^a)|(?:b$', '^[$', '^\\-$'])
      assert.throws(() => anchored(none), {
        code: 'not-understood',
        message: `the identity pattern ${none} is not a regular expression`,
      });
    for (const endless of ['^(a+)+$', '^(a*)*$', '^(a{1,2}){3}$', '^(a|b+)*$'])
      assert.throws(() => anchored(endless), {
        code: 'not-understood',
        message: `the identity pattern ${endless} repeats a repetition`,
      });
    for (const fine of ['^(a|b)+$', '^(ab+)$', '^a+b*$']) assert.ok(anchored(fine));
  });
});
