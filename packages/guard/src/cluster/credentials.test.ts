import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { openCredentials } from './credentials.ts';
import type { ContextConfig } from './kubeconfig.ts';
import { answer, bearer, context, env, exec, folder, plugin, runs } from './testing/plugin.ts';

test('token, tokenFile, basic and impersonation become headers', async () => {
  assert.equal(await bearer(openCredentials(context({ token: 'a' }), { env })), 'Bearer a');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, ' from-file\n');
  let time = 0;
  const files = openCredentials(context({ token: 'a', tokenFile }), { env, now: () => time });
  assert.equal(await bearer(files), 'Bearer from-file');
  writeFileSync(tokenFile, 'rotated');
  time = 61_000;
  assert.equal(await bearer(files), 'Bearer rotated');
  writeFileSync(tokenFile, 'after 401');
  assert.equal(files.rejected(), true);
  assert.equal(await bearer(files), 'Bearer after 401');
  const basic = openCredentials(context({ username: 'aiko', password: 'päss' }), { env });
  assert.equal(await bearer(basic), `Basic ${Buffer.from('aiko:päss').toString('base64')}`);
  const as = {
    token: 'a',
    as: 'ben',
    'as-groups': ['ops'],
    'as-uid': '7',
    'as-user-extra': { 'a/b': ['c'] },
  };
  assert.deepEqual((await openCredentials(context(as), { env }).current()).headers, {
    Authorization: 'Bearer a',
    'Impersonate-User': 'ben',
    'Impersonate-Uid': '7',
    'Impersonate-Group': 'ops',
    'Impersonate-Extra-a%2Fb': 'c',
  });
  assert.deepEqual((await openCredentials(context({}), { env }).current()).headers, {});
});

test('users that no credentials can be made of are named, with what to do', async () => {
  const bad: [ContextConfig['user'], RegExp][] = [
    [{ token: 'a', username: 'b' }, /both a token and a user name/],
    [{ 'auth-provider': { name: 'gcp', config: {} } }, /auth-provider gcp/],
    [{ ...exec('x'), 'auth-provider': { name: 'oidc' } }, /both exec and auth-provider/],
    [{ tokenFile: join(folder, 'none') }, /tokenFile .*none/],
    [{ 'client-certificate': join(folder, 'none') }, /client-certificate .*none/],
    [{ 'client-key-data': 'eA==' }, /key without its certificate/],
  ];
  for (const [user, message] of bad) {
    await assert.rejects(
      async () => openCredentials(context(user), { env }).current(),
      (error) => {
        assert.ok(error instanceof ToolcribError && error.code === 'credentials' && error.next);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});

test('a plugin runs once for many requests, and again when its answer has expired or was refused', async () => {
  const expires = new Date(100_000).toISOString();
  const path = plugin('cached', answer({ token: 'fresh', expirationTimestamp: expires }));
  let time = 0;
  const credentials = openCredentials(context(exec(path)), { env, now: () => time });
  const all = await Promise.all(Array.from({ length: 8 }, () => bearer(credentials)));
  assert.deepEqual(new Set(all), new Set(['Bearer fresh']));
  assert.equal(runs(path), 1);
  time = 80_000;
  await credentials.current();
  assert.equal(runs(path), 1);
  time = 95_000;
  await credentials.current();
  assert.equal(runs(path), 2);
  time = 0;
  assert.equal(credentials.rejected(), true);
  await credentials.current();
  assert.equal(runs(path), 3);
});

test('a plugin that is slower than its token lives is not run for every look', async () => {
  const path = plugin('short', answer({ token: 't', expirationTimestamp: new Date(100_000).toISOString() }));
  let time = 94_000;
  const credentials = openCredentials(context(exec(path)), { env, now: () => time });
  assert.equal(await bearer(credentials), 'Bearer t');
  time = 96_900;
  assert.equal(await bearer(credentials), 'Bearer t');
  assert.equal(runs(path), 1, 'half of the six seconds that it had left');
  time = 97_100;
  await credentials.current();
  assert.equal(runs(path), 2);
  // Too late already when it comes: all who waited for it have it, and only who comes afterwards asks again.
  time = 101_000;
  const all = await Promise.all(Array.from({ length: 8 }, () => bearer(credentials)));
  assert.deepEqual(all, Array(8).fill('Bearer t'));
  assert.equal(runs(path), 3);
  await credentials.current();
  assert.equal(runs(path), 4);
});
