import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { artefactOfBytes } from '../artefact.ts';
import type { Expected } from '../expected.ts';
import { BYTES } from '../testing/outcome.ts';
import {
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  type TestBundle,
  type TestSigstore,
  testSigstore,
} from '../testing/signer.ts';
import type { Verification } from '../verification.ts';
import { cosign } from './cosign.ts';

const PINNED: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
let sigstore: TestSigstore;
let bundle: TestBundle;
let pem: string;
before(async () => {
  sigstore = await testSigstore();
  bundle = await sigstore.sign(BYTES);
  pem = `-----BEGIN CERTIFICATE-----\n${bundle.verificationMaterial.certificate.rawBytes.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const byKey: Expected = {
  signers: [{ kind: 'public-key', pem: String(key.publicKey.export({ format: 'pem', type: 'spki' })) }],
};

/** The older JSON bundle, as cosign wrote it. */
function legacy(more: object = {}, payload: object = {}) {
  const [entry] = bundle.verificationMaterial.tlogEntries;
  return {
    base64Signature: bundle.messageSignature.signature,
    cert: base64(pem),
    rekorBundle: {
      SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
      Payload: {
        body: entry.canonicalizedBody,
        integratedTime: Number(entry.integratedTime),
        logIndex: Number(entry.logIndex),
        logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
        ...payload,
      },
    },
    ...more,
  };
}

function found(
  proof: unknown,
  expected = PINNED,
  { certificate, bytes = BYTES }: { certificate?: string; bytes?: Buffer } = {},
): Promise<Verification> {
  const of = (name: string, value: unknown) => ({
    name,
    bytes:
      Buffer.isBuffer(value) || typeof value === 'string'
        ? Buffer.from(value)
        : Buffer.from(JSON.stringify(value)),
  });
  return cosign.verify({
    artefact: artefactOfBytes('tool', bytes),
    proof: of('p', proof),
    expected,
    trust: sigstore.trust,
    now: new Date(SIGNED_AT.getTime() + 1000),
    ...(certificate !== undefined && { certificate: of('c', certificate) }),
  });
}
const said = async (...given: Parameters<typeof found>) => {
  const { code, reason } = await found(...given);
  return `${code}: ${reason}`;
};

describe("cosign's older bundle", () => {
  it('passes with what it holds, its certificate in PEM or once more in base64', async () => {
    for (const cert of [base64(pem), pem]) {
      const one = await found(legacy({ cert }));
      assert.deepEqual(
        [one.code, one.signer?.kind, one.time?.from],
        ['verified', 'certificate', 'transparency-log'],
      );
      assert.equal(one.time?.from !== 'none' && one.time?.at, SIGNED_AT.toISOString());
    }
    assert.equal((await found(legacy(), PINNED, { bytes: Buffer.from('other') })).verdict, 'fail');
  });

  it('is held against its log entry in every part of it', async () => {
    const [entry] = bundle.verificationMaterial.tlogEntries;
    const body = (change: (one: TestBundle) => void) => {
      const one = JSON.parse(Buffer.from(entry.canonicalizedBody, 'base64').toString());
      change(one);
      return base64(JSON.stringify(one));
    };
    const changes: [object, string][] = [
      [{ logIndex: Number(entry.logIndex) + 1 }, 'log-entry-invalid'],
      [{ integratedTime: Number(entry.integratedTime) + 1 }, 'log-entry-invalid'],
      [{ logID: '00'.repeat(32) }, 'unknown-authority'],
      [{ logID: undefined }, 'unknown-authority'],
      [{ body: body((one) => (one.kind = 'x')) }, 'unsupported'],
      [{ body: body((one) => (one.apiVersion = '9')) }, 'unsupported'],
      [{ body: base64('{') }, 'not-understood'],
    ];
    for (const [payload, code] of changes)
      assert.equal((await found(legacy({}, payload))).code, code, JSON.stringify(payload));
    const promise = { ...legacy().rekorBundle, SignedEntryTimestamp: base64('x') };
    assert.equal((await found(legacy({ rekorBundle: promise }))).code, 'log-entry-invalid');
  });

  it('without a log entry shows no time, and none of a certificate', async () => {
    for (const rekorBundle of [undefined, {}, { Payload: {} }])
      assert.equal(
        (await found(legacy({ rekorBundle }))).code,
        'no-trusted-time',
        JSON.stringify(rekorBundle),
      );
    assert.equal((await found(legacy({ cert: undefined, rekorBundle: undefined }))).code, 'unknown-key');
    const plain = { base64Signature: sign('sha256', BYTES, key.privateKey).toString('base64') };
    for (const cert of [undefined, '', byKey.signers[0]?.kind === 'public-key' ? byKey.signers[0].pem : ''])
      assert.equal((await found({ ...plain, cert }, byKey)).code, 'verified', cert);
  });

  it('is none without a signature, or with a certificate that is none', async () => {
    assert.equal(
      await said(legacy({ base64Signature: undefined })),
      'not-understood: this is no cosign bundle',
    );
    assert.equal(await said(legacy({ base64Signature: 'x' })), 'not-understood: this is no cosign bundle');
    assert.equal(await said('[]'), 'not-understood: this is no cosign bundle');
    assert.equal(await said('{'), 'not-understood: the cosign bundle is not JSON');
    assert.equal(await said(legacy({ cert: 'x' })), 'not-understood: the certificate is not in PEM');
  });
});

describe("cosign's bare signature", () => {
  const signature = () => sign('sha256', BYTES, key.privateKey);
  it('passes with a pinned key, in base64 or as it is', async () => {
    const raw = signature();
    for (const form of [raw.toString('base64'), `${raw.toString('base64')}\n`, raw]) {
      const one = await found(form, byKey);
      assert.deepEqual([one.code, one.signer?.kind, one.time], ['verified', 'key', { from: 'none' }]);
    }
    assert.equal((await found(raw, byKey, { bytes: Buffer.from('other') })).code, 'signature-invalid');
  });

  it('is held against the certificate beside it, whose time nothing shows', async () => {
    const text = bundle.messageSignature.signature;
    for (const certificate of [pem, base64(pem)])
      assert.equal((await found(text, PINNED, { certificate })).code, 'no-trusted-time');
    assert.equal(
      (await found(signature().toString('base64'), PINNED, { certificate: pem })).code,
      'signature-invalid',
    );
  });

  it('says what is missing', async () => {
    const none = 'a bare signature can only be held against a certificate or a key, and none was given';
    assert.equal(await said(signature()), `unknown-key: ${none}`);
    assert.equal(await said('no signature'), 'not-understood: p holds no signature');
  });
});

describe('what cosign may have written', () => {
  const is = (bytes: Uint8Array | string) =>
    cosign.recognise({ name: 'x', bytes: Buffer.from(bytes as string) });
  /** A DER sequence of that many bytes in all. */
  const der = (length: number) =>
    length - 2 < 128
      ? Buffer.concat([Buffer.from([0x30, length - 2]), Buffer.alloc(length - 2)])
      : Buffer.concat([Buffer.from([0x30, 0x81, length - 3]), Buffer.alloc(length - 3)]);

  it('is recognised by its form: DER of a likely length, or the lengths of RSA and Ed25519', () => {
    for (const length of [8, 70, 71, 72, 129, 131, 139, 150])
      assert.equal(is(der(length)), true, `DER ${length}`);
    for (const length of [64, 256, 384, 512]) {
      assert.equal(is(Buffer.alloc(length, 0xff)), true, `raw ${length}`);
      assert.equal(is(Buffer.alloc(length, 0xff).toString('base64')), true, `base64 ${length}`);
    }
    for (const length of [1, 7, 63, 65, 255, 257, 385, 511, 513])
      assert.equal(is(Buffer.alloc(length, 0xff)), false, `raw ${length}`);
    assert.equal(is(der(7)), false);
    const long = der(72);
    long[1] = 71;
    assert.equal(is(long), false);
    const other = der(72);
    other[0] = 0x31;
    assert.equal(is(other), false);
    assert.deepEqual([is(''), is('hello world'), is(Buffer.alloc(4097, 'A'))], [false, false, false]);
  });

  it('is JSON with its own field', () => {
    assert.deepEqual([is('{"base64Signature":1}'), is('{"x":1}'), is('[]')], [true, false, false]);
  });
});
