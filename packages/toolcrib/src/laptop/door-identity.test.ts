import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { contextOfToken, isFree, loadDoorIdentity } from './door-identity.ts';
import { pathsOf } from './paths.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-door-'));
after(() => rmSync(root, { recursive: true }));
const aPlace = () => pathsOf({ TOOLCRIB_HOME: mkdtempSync(join(root, 'd-')) });
const DAY = 24 * 3600 * 1000;

test('the door is the same after every restart: port, authority, certificate, tokens', async () => {
  const paths = aPlace();
  const first = await loadDoorIdentity(paths, ['prod', 'arn:aws:eks:eu-west-1:1:cluster/prod']);
  assert.deepEqual(await loadDoorIdentity(paths, ['prod']), first);
  assert.equal(statSync(paths.door).mode & 0o777, 0o600);
  const more = await loadDoorIdentity(paths, ['prod', 'new']);
  assert.equal(more.tokens.prod, first.tokens.prod);
  assert.equal(more.ca, first.ca);
  const tokens = Object.values(more.tokens);
  assert.equal(tokens.length, 3);
  assert.equal(new Set(tokens).size, 3);
  for (const token of tokens) {
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(Buffer.from(token, 'base64url').length, 32);
  }
  const other = await loadDoorIdentity(aPlace(), ['prod']);
  assert.notEqual(other.tokens.prod, first.tokens.prod);
  assert.notEqual(other.ca, first.ca);
});

test('many processes’ worth of loads at once end with one identity', async () => {
  const paths = aPlace();
  const all = await Promise.all(Array.from({ length: 8 }, () => loadDoorIdentity(paths, ['prod'])));
  for (const one of all) assert.deepEqual(one, all[0]);
});

test('a TLS client that trusts only our authority accepts the door under its three names, and no other', async () => {
  const { ca, tls } = await loadDoorIdentity(aPlace(), []);
  const server = createServer(tls, (_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const ask = (servername: string) =>
    new Promise<string>((resolve, reject) => {
      const host = servername;
      const checked = { host: '127.0.0.1', port, ca, headers: { host }, agent: false as const };
      const names = /^[\d.:]+$/.test(host)
        ? { checkServerIdentity: (_: string, cert: object) => identity(host, cert) }
        : { servername: host };
      get({ ...checked, ...names }, (response) => {
        response.resume();
        resolve(String(response.statusCode));
      }).on('error', reject);
    });
  const { checkServerIdentity } = await import('node:tls');
  const identity = (host: string, cert: object) => checkServerIdentity(host, cert as never);
  for (const name of ['127.0.0.1', '::1', 'localhost']) assert.equal(await ask(name), '200', name);
  for (const name of ['10.0.0.1', 'example.com'])
    await assert.rejects(ask(name), /altnames|does not match/i, name);
  server.close();
});

test('the server certificate is renewed in time, the authority too, and tokens outlive both', async () => {
  const paths = aPlace();
  const start = Date.UTC(2026, 10, 1);
  const first = await loadDoorIdentity(paths, ['prod'], { now: start });
  const expiry = new X509Certificate(first.tls.cert).validToDate.getTime();
  assert.equal(Math.round((expiry - start) / DAY), 365);
  const later = await loadDoorIdentity(paths, ['prod'], { now: expiry - 61 * DAY });
  assert.deepEqual(later, first);
  const renewed = await loadDoorIdentity(paths, ['prod'], { now: expiry - 59 * DAY });
  assert.notEqual(renewed.tls.cert, first.tls.cert);
  assert.equal(renewed.ca, first.ca);
  assert.ok(new X509Certificate(renewed.tls.cert).verify(new X509Certificate(first.ca).publicKey));
  const afterAges = await loadDoorIdentity(paths, ['prod'], { now: start + 3600 * DAY });
  assert.notEqual(afterAges.ca, first.ca);
  assert.ok(new X509Certificate(afterAges.tls.cert).verify(new X509Certificate(afterAges.ca).publicKey));
  assert.deepEqual([afterAges.port, afterAges.tokens], [first.port, first.tokens]);
  assert.ok(new X509Certificate(afterAges.ca).ca);
  assert.equal(new X509Certificate(afterAges.tls.cert).ca, false);
});

test('a token opens its own context and no other', async () => {
  const { tokens } = await loadDoorIdentity(aPlace(), ['prod', 'test']);
  assert.equal(contextOfToken(tokens, tokens.prod ?? ''), 'prod');
  assert.equal(contextOfToken(tokens, tokens.test ?? ''), 'test');
  for (const wrong of ['', 'x', `${tokens.prod}x`, tokens.prod?.slice(1) ?? '']) {
    assert.equal(contextOfToken(tokens, wrong), undefined);
  }
});

test('a damaged file is named and left alone', async () => {
  const paths = aPlace();
  await loadDoorIdentity(paths, ['prod']);
  const whole = JSON.parse(readFileSync(paths.door, 'utf8'));
  for (const text of [
    '',
    '{',
    JSON.stringify({ ...whole, port: 'x' }),
    JSON.stringify({ ...whole, ca: { cert: 'x', key: 'y' } }),
  ]) {
    writeFileSync(paths.door, text);
    await assert.rejects(loadDoorIdentity(paths, ['prod']), {
      code: 'bad-file',
      message: /door\.json is damaged/,
    });
    assert.equal(readFileSync(paths.door, 'utf8'), text);
  }
});

test('the chosen port is free, and a taken one is seen', async () => {
  const { port } = await loadDoorIdentity(aPlace(), []);
  assert.ok(port >= 20_000 && port < 32_000);
  const taken = createTcp().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  assert.equal(await isFree((taken.address() as { port: number }).port), false);
  taken.close();
});
