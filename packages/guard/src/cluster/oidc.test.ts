import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCredentials } from './credentials.ts';
import { idToken, rotating, seconds, startIssuer } from './testing/issuer.ts';
import { bearer, context, env } from './testing/plugin.ts';

const user = (config?: Record<string, string>) => ({ 'auth-provider': { name: 'oidc', config } });
const open = (config: Record<string, string>, now = Date.now) =>
  openCredentials(context(user(config)), { env, now });
const jti = (authorization?: string) =>
  JSON.parse(Buffer.from(authorization?.split('.')[1] ?? '', 'base64url').toString()).jti;

test('a token is taken while it lasts, and nobody is asked', async () => {
  const token = idToken({ exp: seconds(3600) });
  assert.equal(await bearer(open({ 'id-token': token })), `Bearer ${token}`);
  // exp with a fraction, as some issuers write it.
  const odd = idToken({ exp: seconds(3600) + 0.5 });
  assert.equal(await bearer(open({ 'id-token': odd })), `Bearer ${odd}`);
});

test('one that is about to expire is renewed, once for all who ask meanwhile, with the refresh token that came last', async (t) => {
  const issuer = await startIssuer(t, rotating(300));
  const { exp } = JSON.parse(
    Buffer.from(idToken({ exp: seconds(3600) }).split('.')[1] ?? '', 'base64url').toString(),
  );
  let time = exp * 1000 - 10_001;
  const credentials = open(issuer.config({ 'id-token': idToken({ exp }) }), () => time);
  await bearer(credentials);
  assert.equal(issuer.forms.length, 0, 'eleven seconds before');
  time += 1;
  const all = await Promise.all(Array.from({ length: 8 }, () => bearer(credentials)));
  assert.deepEqual(new Set(all.map(jti)), new Set(['t2']));
  assert.equal(issuer.forms.length, 1);
  // The new one ends before the clock of this test says so: it is renewed for the next, with r2.
  assert.equal(jti(await bearer(credentials)), 't3');
  time = Date.now();
  assert.equal(jti(await bearer(credentials)), 't3', 'good for five minutes');
  assert.deepEqual(
    issuer.forms.map(({ form }) => form.get('refresh_token')),
    ['r1', 'r2'],
  );
});

test('an issuer that gives no new refresh token is asked with the same again; a failure is not kept', async (t) => {
  let isDown = true;
  const issuer = await startIssuer(t, (_form, request, response) => {
    if (isDown) return response.json(503, {});
    const iss = `https://${request.headers.host}/realms/shop`;
    response.json(200, {
      access_token: 'a',
      token_type: 'bearer',
      id_token: idToken({ iss, exp: seconds(5) }),
    });
  });
  const credentials = open(issuer.config());
  await assert.rejects(bearer(credentials), { message: /it answered 503/ });
  isDown = false;
  await bearer(credentials);
  await bearer(credentials);
  assert.deepEqual(
    issuer.forms.map(({ form }) => form.get('refresh_token')),
    ['r1', 'r1', 'r1'],
  );
});

test('without an ID token one is asked for; one that cannot be read is no reason to stop', async (t) => {
  for (const token of ['', 'opaque', 'a.b.c', idToken({ exp: 'soon' })]) {
    const issuer = await startIssuer(t, rotating());
    assert.equal(jti(await bearer(open(issuer.config({ 'id-token': token })))), 't2', token);
  }
});

test('what can’t be renewed says what is missing and what next', async () => {
  const old = idToken({ exp: seconds(-5) });
  const cases: [Record<string, string> | undefined, string][] = [
    [undefined, 'there is none, and there is no refresh-token, no idp-issuer-url, no client-id'],
    [
      { 'id-token': old, 'client-id': 'x', 'idp-issuer-url': 'https://i' },
      'it has expired, and there is no refresh-token',
    ],
    [
      { 'id-token': 'opaque', 'client-id': 'x', 'refresh-token': 'r' },
      'when it expires can’t be read, and there is no idp-issuer-url',
    ],
  ];
  for (const [config, why] of cases)
    await assert.rejects(openCredentials(context(user(config)), { env }).current(), {
      code: 'credentials',
      message: `The OIDC token of context prod can't be renewed: ${why}.`,
      next: 'Log in again with the tool that wrote it into your kubeconfig.',
    });
});
