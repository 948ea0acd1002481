// @peculiar/x509's own dependencies look for this polyfill while they load.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A PEM certificate with its PEM private key (PKCS #8). */
export interface KeyPair {
  certificate: string;
  key: string;
}

export interface CertificateAuthority {
  certificate: string;
  /** A serving certificate for 127.0.0.1, ::1, localhost and the usual in-cluster names. */
  issueServer(): Promise<KeyPair>;
  /** A client certificate: `name` becomes the common name, `groups` the organizations. */
  issueClient(name: string, groups: string[]): Promise<KeyPair>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 60 * 60 * 1000;
const LIFE = 365 * DAY;

/** A certificate authority that lives as long as the process: nothing of it is written to disk. */
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + LIFE) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=toolcrib-sandbox-ca',
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(subject: x509.JsonName, usage: string, names: x509.Extension[]): Promise<KeyPair> {
    const own = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: authority.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ...names,
      ],
    });
    return { certificate: certificate.toString('pem'), key: await exportKey(own.privateKey) };
  }

  return {
    certificate: authority.toString('pem'),
    issueServer: () =>
      issue([{ CN: ['kube-apiserver'] }], x509.ExtendedKeyUsage.serverAuth, [
        new x509.SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'ip', value: '::1' },
          ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
            (value) => ({ type: 'dns', value }) as const,
          ),
        ]),
      ]),
    issueClient: (name, groups) =>
      issue(
        [...groups.map((group) => ({ O: [group] })), { CN: [name] }],
        x509.ExtendedKeyUsage.clientAuth,
        [],
      ),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}
