import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createCertificateAuthority } from './certificates.ts';

const authority = await createCertificateAuthority();
const root = new X509Certificate(authority.certificate);
const DAY = 86_400_000;

test('the authority signs itself, and may sign others', () => {
  assert.equal(root.ca, true);
  assert.equal(root.subject, 'CN=toolcrib-sandbox-ca');
  assert.equal(root.verify(root.publicKey), true);
});

test('the server’s certificate is for this machine and the usual names in a cluster', async () => {
  const { certificate, key } = await authority.issueServer();
  const server = new X509Certificate(certificate);
  assert.equal(server.ca, false);
  assert.equal(server.verify(root.publicKey), true);
  assert.equal(server.checkIssued(root), true);
  assert.equal(server.checkPrivateKey(createPrivateKey(key)), true);
  assert.equal(server.subject, 'CN=kube-apiserver');
  for (const host of ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc']) {
    assert.equal(server.checkHost(host), host);
  }
  for (const address of ['127.0.0.1', '::1']) assert.ok(server.checkIP(address), address);
  assert.equal(server.checkHost('example.com'), undefined);
  // serverAuth
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1']);
});

test('a client’s certificate carries its name and its groups', async () => {
  const { certificate, key } = await authority.issueClient('aiko', ['devs', 'ops']);
  const client = new X509Certificate(certificate);
  assert.equal(client.verify(root.publicKey), true);
  assert.equal(client.checkPrivateKey(createPrivateKey(key)), true);
  assert.deepEqual(client.subject.split('\n').sort(), ['CN=aiko', 'O=devs', 'O=ops']);
  assert.equal(client.subjectAltName, undefined);
  // clientAuth
  assert.deepEqual(client.keyUsage, ['1.3.6.1.5.5.7.3.2']);
});

test('they are valid from yesterday, for a year', async () => {
  const { certificate } = await authority.issueServer();
  for (const text of [authority.certificate, certificate]) {
    const { validFrom, validTo } = new X509Certificate(text);
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    assert.ok(from < Date.now() - DAY + 60_000 * 60 && from > Date.now() - 2 * DAY, validFrom);
    assert.ok(to > Date.now() + 364 * DAY && to < Date.now() + 366 * DAY, validTo);
  }
});

test('an extension that limits what a certificate is good for is critical', async () => {
  const { certificate } = await authority.issueClient('aiko', []);
  // Each in DER: its identifier, TRUE for critical, its value.
  const has = (pem: string, hex: string) =>
    new X509Certificate(pem).raw.includes(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  // basicConstraints: a CA with none below it; no CA.
  assert.ok(has(authority.certificate, '0603551d13 0101ff 0408 3006 0101ff 020100'));
  assert.ok(has(certificate, '0603551d13 0101ff 0402 3000'));
  // keyUsage: digitalSignature and keyCertSign; digitalSignature.
  assert.ok(has(authority.certificate, '0603551d0f 0101ff 0404 03020284'));
  assert.ok(has(certificate, '0603551d0f 0101ff 0404 03020780'));
});
