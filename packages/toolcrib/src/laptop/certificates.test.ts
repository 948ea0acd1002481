import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { expiryOf, makeAuthority, makeServerCertificate } from './certificates.ts';

const DAY = 24 * 3600 * 1000;
const NOW = Date.parse('2026-11-02T10:00:00Z');

/** In DER, as RFC 5280 writes them: the extension's identifier, whether it is critical, and its value. */
const CRITICAL = '0101ff';
const hasExtension = (certificate: X509Certificate, hex: string) =>
  certificate.raw.toString('hex').includes(`0603${hex}`);

test('the authority may sign others, and nothing else', async () => {
  const { cert, key } = await makeAuthority(NOW, 30);
  const read = new X509Certificate(cert);
  assert.equal(read.ca, true);
  assert.equal(read.subject, 'CN=toolcrib door CA');
  assert.equal(read.issuer, read.subject);
  assert.ok(read.verify(read.publicKey), 'signed by itself');
  assert.deepEqual(read.publicKey.asymmetricKeyDetails, { namedCurve: 'prime256v1' });
  assert.equal(Date.parse(read.validFrom), NOW - DAY, 'the clock of a machine that slept may be behind');
  assert.equal(Date.parse(read.validTo), NOW + 30 * DAY);
  assert.equal(expiryOf(cert), NOW + 30 * DAY);
  assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
  assert.ok(hasExtension(read, `551d13${CRITICAL}040830060101ff020100`), 'an authority, with none below it');
  assert.ok(hasExtension(read, `551d0f${CRITICAL}040403020204`), 'keyCertSign alone');
});

test('the door’s certificate is for the loopback alone, is signed by the authority, and signs nobody', async () => {
  const authority = await makeAuthority(NOW, 3650);
  const { cert } = await makeServerCertificate(authority, NOW, 90);
  const read = new X509Certificate(cert);
  const issuer = new X509Certificate(authority.cert);
  assert.equal(read.ca, false);
  assert.equal(read.subject, 'CN=toolcrib door');
  assert.ok(read.checkIssued(issuer));
  assert.ok(read.verify(issuer.publicKey));
  assert.ok(!read.verify(read.publicKey), 'a key of its own');
  const names = 'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost';
  assert.equal(read.subjectAltName, names);
  assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'for a server only');
  assert.equal(Date.parse(read.validFrom), NOW - DAY);
  assert.equal(expiryOf(cert), NOW + 90 * DAY);
  assert.ok(hasExtension(read, `551d13${CRITICAL}04023000`), 'no authority');
  assert.ok(hasExtension(read, `551d0f${CRITICAL}040403020780`), 'digitalSignature alone');
});

test('no two have the same serial number, and each is positive', async () => {
  const authority = await makeAuthority(NOW, 30);
  const made = await Promise.all([1, 2, 3].map(() => makeServerCertificate(authority, NOW, 30)));
  const serials = [authority, ...made].map(({ cert }) => new X509Certificate(cert).serialNumber);
  assert.equal(new Set(serials).size, 4);
  for (const serial of serials) assert.match(serial, /^01[0-9A-F]{30}$/);
});

test('a TLS client that trusts the authority takes it, and one that does not refuses', async () => {
  const authority = await makeAuthority(Date.now(), 30);
  const { cert, key } = await makeServerCertificate(authority, Date.now(), 30);
  const server = createServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const trusting = connect({ port, host: '127.0.0.1', ca: authority.cert });
  await once(trusting, 'secureConnect');
  trusting.destroy();
  const [refused] = (await once(connect({ port, host: '127.0.0.1' }), 'error').catch((error: unknown) => [
    error,
  ])) as [NodeJS.ErrnoException];
  assert.match(refused.code ?? '', /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/);
  server.close();
});

test('what is no certificate has no expiry', () => {
  assert.throws(() => expiryOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'));
});
