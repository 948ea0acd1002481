import { webcrypto, X509Certificate } from 'node:crypto';

export interface KeyAndCertificate {
  /** PEM. */
  cert: string;
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 3600 * 1000;
/** Clocks of two programs on one machine agree, but a virtual machine may wake with an old one. */
const BACKDATE = DAY;

/** Some 300 files, which every start of the guard would load: here once a year, where a certificate is made. */
async function library() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(globalThis.crypto);
  return x509;
}

/** A certificate authority of our own, trusted by nothing but our own kubeconfig. */
export async function makeAuthority(now: number, days: number): Promise<KeyAndCertificate> {
  const x509 = await library();
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=toolcrib door CA',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - BACKDATE),
    notAfter: new Date(now + days * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await keyPem(keys) };
}

/** The door's certificate, for the loopback in its three names. */
export async function makeServerCertificate(
  authority: KeyAndCertificate,
  now: number,
  days: number,
): Promise<KeyAndCertificate> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.cert);
  const [pkcs8] = x509.PemConverter.decode(authority.key);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8 as ArrayBuffer, ALGORITHM, false, [
    'sign',
  ]);
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=toolcrib door',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - BACKDATE),
    notAfter: new Date(now + days * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
        { type: 'dns', value: 'localhost' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await keyPem(keys) };
}

/** Milliseconds since 1970. @throws Error for text that is no certificate */
export function expiryOf(cert: string): number {
  return new X509Certificate(cert).validToDate.getTime();
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const { PemConverter } = await library();
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

function serial(): string {
  // Positive, and never the same twice: clients refuse two certificates of one issuer and serial number.
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}
