import 'reflect-metadata';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ExtendedKeyUsageExtension,
  Extension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { X509Certificate } from '@sigstore/core';
import { Stop } from '../stop.ts';
import { requireCodeSigning, signerOf } from './identity.ts';

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const SERVER = '1.3.6.1.5.5.7.3.1';
const URI = 'https://github.com/acme/tool/.github/workflows/release.yml@refs/tags/v1';
const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
  'sign',
  'verify',
]);

async function certificate(
  names: JsonGeneralName[],
  { usage = CODE_SIGNING, issuer = 'https://issuer.example' } = {},
) {
  const text = Buffer.from(issuer);
  const made = await X509CertificateGenerator.createSelfSigned({
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new ExtendedKeyUsageExtension([usage]),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ...(issuer
        ? [new Extension('1.3.6.1.4.1.57264.1.8', false, Buffer.from([0x0c, text.length, ...text]))]
        : []),
    ],
  });
  return X509Certificate.parse(Buffer.from(made.rawData));
}

const invalid = (error: unknown) => error instanceof Stop && error.code === 'certificate-invalid';

describe('who a certificate is for', () => {
  it('is its one name and who vouched for it', async () => {
    const signer = signerOf(await certificate([{ type: 'url', value: URI }]));
    assert.deepEqual([signer.identity, signer.issuer], [URI, 'https://issuer.example']);
    assert.equal(
      signerOf(await certificate([{ type: 'email', value: 'a@acme.example' }])).identity,
      'a@acme.example',
    );
  });

  it('is nobody with two names, none, one of another kind, or without who vouched', async () => {
    const two: JsonGeneralName[] = [
      { type: 'url', value: URI },
      { type: 'email', value: 'evil@example.org' },
    ];
    for (const names of [two, [], [{ type: 'dns', value: 'acme.example' }] as JsonGeneralName[]]) {
      const made = await certificate(names);
      assert.throws(() => signerOf(made), invalid);
    }
    const unvouched = await certificate([{ type: 'url', value: URI }], { issuer: '' });
    assert.throws(() => signerOf(unvouched), invalid);
  });

  it('is not read by dropping bits: a byte over 127 is no letter', async () => {
    const der = Buffer.from((await certificate([{ type: 'url', value: URI }])).root.toDER());
    const at = der.indexOf('acme/tool');
    der[at] = (der[at] ?? 0) | 0x80;
    assert.throws(() => signerOf(X509Certificate.parse(der)), invalid);
  });

  it('counts only where the certificate is for signing code', async () => {
    requireCodeSigning(await certificate([{ type: 'url', value: URI }]));
    const server = await certificate([{ type: 'url', value: URI }], { usage: SERVER });
    assert.throws(() => requireCodeSigning(server), invalid);
  });
});
