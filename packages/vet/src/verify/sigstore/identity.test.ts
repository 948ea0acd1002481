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
  {
    usage = CODE_SIGNING,
    issuer = 'https://issuer.example',
    more = [],
  }: { usage?: string; issuer?: string; more?: Extension[] } = {},
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
      ...more,
    ],
  });
  return X509Certificate.parse(Buffer.from(made.rawData));
}

/** One value of DER, of less than 128 bytes. */
const der = (tag: number, ...parts: (Buffer | string)[]) => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};
const fulcio = (number: number, value: Buffer) =>
  new Extension(`1.3.6.1.4.1.57264.1.${number}`, false, value);
/** A name of a kind of its own (RFC 5280, 4.2.1.6): its OID (1.3.6.1.4.1.57264.1.N in base 128), and its value. */
const otherName = (last: number, value = der(0x0c, 'me!acme.example')) => {
  const oid = der(0x06, Buffer.of(0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, last));
  return new Extension('2.5.29.17', false, der(0x30, der(0xa0, oid, der(0xa0, value))));
};

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

  it('may be a user by a name of Fulcio’s own, and by no other kind of name', async () => {
    const named = async (more: Extension) => signerOf(await certificate([], { more: [more] }));
    assert.equal((await named(otherName(7))).identity, 'me!acme.example');
    await assert.rejects(named(otherName(8)), invalid);
    await assert.rejects(named(otherName(7, der(0x0c, Buffer.of(0xff)))), invalid, 'no UTF-8');
    const empty = der(0xa0, der(0x06, Buffer.of(0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 7)));
    await assert.rejects(named(new Extension('2.5.29.17', false, der(0x30, empty))), invalid, 'no value');
  });

  it('was vouched for as newer certificates say it, else as older ones do', async () => {
    const old = fulcio(1, Buffer.from('https://old.example'));
    const url: JsonGeneralName[] = [{ type: 'url', value: URI }];
    const issuer = async (given: object) =>
      signerOf(await certificate(url, { more: [old], ...given })).issuer;
    assert.equal(await issuer({}), 'https://issuer.example');
    assert.equal(await issuer({ issuer: '' }), 'https://old.example');
    await assert.rejects(issuer({ issuer: '', more: [fulcio(1, Buffer.from('a\n'))] }), invalid);
  });

  it('says what it says of the build, and nothing that it does not say', async () => {
    const url: JsonGeneralName[] = [{ type: 'url', value: URI }];
    assert.deepEqual(signerOf(await certificate(url)).build, {});
    const claims = {
      9: 'signer',
      11: 'runner',
      12: 'repo',
      13: 'digest',
      14: 'ref',
      18: 'config',
      21: 'run',
    };
    const more = Object.entries(claims).map(([number, text]) => fulcio(Number(number), der(0x0c, text)));
    assert.deepEqual(signerOf(await certificate(url, { more })).build, {
      buildSigner: 'signer',
      runner: 'runner',
      sourceRepository: 'repo',
      sourceDigest: 'digest',
      sourceRef: 'ref',
      buildConfig: 'config',
      run: 'run',
    });
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
    const bytes = Buffer.from((await certificate([{ type: 'url', value: URI }])).root.toDER());
    const at = bytes.indexOf('acme/tool');
    bytes[at] = (bytes[at] ?? 0) | 0x80;
    assert.throws(() => signerOf(X509Certificate.parse(bytes)), invalid);
  });

  it('counts only where the certificate is for signing code', async () => {
    requireCodeSigning(await certificate([{ type: 'url', value: URI }]));
    const server = await certificate([{ type: 'url', value: URI }], { usage: SERVER });
    assert.throws(() => requireCodeSigning(server), invalid);
    requireCodeSigning(undefined);
    const made = await X509CertificateGenerator.createSelfSigned({
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    });
    const silent = X509Certificate.parse(Buffer.from(made.rawData));
    assert.throws(() => requireCodeSigning(silent), invalid, 'it does not say what for');
  });
});
