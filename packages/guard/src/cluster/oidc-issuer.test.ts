import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { renewAtIssuer } from './oidc-issuer.ts';
import { idToken, rotating, seconds, startIssuer, type TestIssuer, WELL_KNOWN } from './testing/issuer.ts';
import { context, folder } from './testing/plugin.ts';
import { uncheckedByNode } from './testing/unchecked.ts';

const renew = (config: Record<string, string>, env: Record<string, string> = {}, cluster: object = {}) =>
  renewAtIssuer({
    context: context({}, cluster),
    env,
    issuer: config['idp-issuer-url'] ?? '',
    clientId: config['client-id'] ?? '',
    refreshToken: config['refresh-token'] ?? '',
    config,
  });

test('metadata, then the token endpoint: a public client says its name, and no scope', async (t) => {
  const issuer = await startIssuer(t, rotating());
  const got = await renew(issuer.config());
  assert.equal(got.refreshToken, 'r2');
  assert.match(got.idToken, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.deepEqual(issuer.seen, [`GET ${WELL_KNOWN}`, 'POST /realms/shop/protocol/openid-connect/token']);
  assert.deepEqual(issuer.forms, [
    {
      form: new URLSearchParams({
        refresh_token: 'r1',
        client_id: 'kubernetes',
        grant_type: 'refresh_token',
      }),
      authorization: undefined,
    },
  ]);
  // As kubectl: a slash at the end leads to the same place.
  const config = issuer.config({ 'idp-issuer-url': `${issuer.url}/realms/shop/`, 'refresh-token': 'r2' });
  assert.equal((await renew(config)).refreshToken, 'r3');
});

test('a client with a secret says it as the issuer takes it, and the other way where that was not it', async (t) => {
  const ways = (issuer: TestIssuer) =>
    issuer.forms.map(({ form, authorization }) =>
      authorization ? Buffer.from(authorization.slice(6), 'base64').toString() : form.get('client_secret'),
    );
  const secret = { 'client-secret': 'pä ss' };
  const both = await startIssuer(t, rotating());
  await renew(both.config(secret));
  assert.deepEqual(ways(both), ['pä ss']);
  const basic = await startIssuer(t, rotating(), {
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
  });
  await renew(basic.config(secret));
  assert.deepEqual(ways(basic), ['kubernetes:p%C3%A4+ss']);
  // Dex says nothing of what it takes; this one takes the body alone, and says so as RFC 6749 wants it, or with 400.
  for (const [status, headers] of [
    [401, { 'WWW-Authenticate': 'Basic realm="idp"' }],
    [400, {}],
  ] as const) {
    const give = rotating();
    const silent = await startIssuer(
      t,
      (form, request, response) => {
        if (form.has('client_secret')) return give(form, request, response);
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.json(status, { error: 'invalid_client' });
      },
      { token_endpoint_auth_methods_supported: undefined },
    );
    await renew(silent.config(secret));
    assert.deepEqual(ways(silent), ['kubernetes:p%C3%A4+ss', 'pä ss']);
  }
  // A refusal of the refresh token itself is final.
  const final = await startIssuer(t, (_form, _request, response) =>
    response.json(400, { error: 'invalid_grant' }),
  );
  await assert.rejects(renew(final.config(secret)), { message: /"invalid_grant"/ });
  assert.equal(final.forms.length, 1);
});

test('an issuer is known by its own authority, from data or from a file, and by none else', async (t) => {
  const issuer = await startIssuer(t, rotating());
  const other = await startIssuer(t, rotating());
  const { 'idp-certificate-authority-data': data, ...bare } = issuer.config() as Record<string, string>;
  await assert.rejects(renew(bare), { message: /could not help: .*(self.signed|unable to)/i });
  const file = join(folder, 'idp.crt');
  writeFileSync(file, issuer.ca);
  await renew({ ...bare, 'idp-certificate-authority': file });
  const wrong = Buffer.from(other.ca).toString('base64');
  await assert.rejects(
    renew({ ...bare, 'idp-certificate-authority': file, 'idp-certificate-authority-data': wrong }),
    { message: /could not help/ },
    'data before the file',
  );
  await assert.rejects(renew({ ...bare, 'idp-certificate-authority': join(folder, 'none') }), {
    code: 'credentials',
    message: /^The idp-certificate-authority .*none/,
  });
  assert.ok(data);
  assert.equal(issuer.forms.length, 1);
});

test('a refresh token goes to no issuer that nobody vouches for, whatever the environment says to Node', async (t) => {
  uncheckedByNode(t);
  const issuer = await startIssuer(t, rotating());
  const { 'idp-certificate-authority-data': _, ...bare } = issuer.config() as Record<string, string>;
  await assert.rejects(renew(bare), { message: /could not help: .*(self.signed|unable to)/i });
  assert.deepEqual(issuer.seen, []);
});

test('the way there is by the proxy of the environment, and never by the cluster’s', async (t) => {
  const issuer = await startIssuer(t, rotating());
  const { url, asked } = await proxyTo(t, Number(new URL(issuer.url).port));
  const named = { 'idp-issuer-url': `https://cluster.example:1/realms/shop` };
  const at = issuer.config(named);
  await assert.rejects(renew(at, {}, { 'proxy-url': url }), { message: /cluster\.example:1 could not help/ });
  assert.deepEqual(asked, []);
  await renew(at, { HTTPS_PROXY: url });
  assert.deepEqual(asked, ['cluster.example:1', 'cluster.example:1']);
});

test('what went wrong is said, with whom', async (t) => {
  const broken: [Parameters<typeof startIssuer>[1], object, RegExp][] = [
    [
      (_f, _r, response) =>
        response.json(400, { error: 'invalid_grant', error_description: 'Token is not\n active' }),
      {},
      /^the token endpoint of the issuer 127\.0\.0\.1:\d+ could not help: it said "invalid_grant", "Token is not\\n active"$/,
    ],
    [
      (_f, _r, response) => response.json(502, '<html>'),
      {},
      /it answered 502 with something else than a token$/,
    ],
    [
      (_f, _r, response) => response.json(200, { access_token: 'a', token_type: 'Bearer' }),
      {},
      /it gave no ID token.*scope openid$/,
    ],
    [
      (_f, _r, response) =>
        response.json(200, {
          access_token: 'a',
          token_type: 'Bearer',
          id_token: idToken({ exp: seconds(60), iss: 'https://other.example' }),
        }),
      {},
      /unexpected JWT "iss"/,
    ],
    [
      (_f, _r, response) => response.json(200, {}),
      { token_endpoint: undefined },
      /^the issuer 127.*openid-configuration can't be used: token_endpoint: /,
    ],
    [
      (_f, _r, response) => response.json(200, { id_token: 'x'.repeat(1024 * 1024) }),
      {},
      /its answer is longer than 1 MiB$/,
    ],
    [
      (_f, _r, response) => response.json(200, {}),
      { token_endpoint: 'http://127.0.0.1/token' },
      /only requests to HTTPS are allowed/,
    ],
  ];
  for (const [token, more, message] of broken) {
    const issuer = await startIssuer(t, token, more);
    await assert.rejects(renew(issuer.config()), { message });
  }
  const issuer = await startIssuer(t, rotating());
  await assert.rejects(renew(issuer.config({ 'idp-issuer-url': issuer.url })), {
    message: /^the issuer .* it answered 404$/,
  });
  for (const url of ['http://idp.example', 'idp.example', ''])
    await assert.rejects(renew(issuer.config({ 'idp-issuer-url': url })), { message: /is no https address/ });
  await issuer.close();
  await assert.rejects(renew(issuer.config()), { message: /^the issuer .*ECONNREFUSED/ });
  issuer.close = async () => undefined;
});

/** An HTTP proxy that leads every CONNECT to one port of the loopback, and says where it was asked to go. */
async function proxyTo(t: TestContext, port: number) {
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const to = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      to.pipe(socket).pipe(to);
    });
    to.on('error', () => socket.destroy());
    socket.on('error', () => to.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}
