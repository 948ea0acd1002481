import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCredentials } from './credentials.ts';
import type { ContextConfig } from './kubeconfig.ts';
import { answer, bearer, context, env, exec, folder, plugin } from './testing/plugin.ts';

const headers = async (user: ContextConfig['user']) =>
  (await openCredentials(context(user), { env }).current()).headers;

test('a user name without a password has an empty one', async () => {
  const pair = Buffer.from('aiko:').toString('base64');
  assert.deepEqual(await headers({ username: 'aiko' }), { Authorization: `Basic ${pair}` });
});

test('who impersonates says so with what he said, and no more', async () => {
  assert.deepEqual(await headers({ as: 'ben' }), { 'Impersonate-User': 'ben' });
  assert.deepEqual(await headers({ as: 'ben', 'as-groups': [], 'as-user-extra': {} }), {
    'Impersonate-User': 'ben',
  });
  assert.deepEqual(await headers({ 'as-groups': ['ops'] }), {}, 'nobody is impersonated');
  assert.deepEqual(await headers({ as: 'ben', 'as-user-extra': { a: [], b: ['c'] } }), {
    'Impersonate-User': 'ben',
    'Impersonate-Extra-a': '',
    'Impersonate-Extra-b': 'c',
  });
});

test('several groups, or several values of one, can’t be said in one header, and are refused', () => {
  const users: ContextConfig['user'][] = [
    { as: 'ben', 'as-groups': ['ops', 'dev'] },
    { as: 'ben', 'as-user-extra': { a: ['b', 'c'] } },
    { as: 'ben', 'as-groups': ['ops'], 'as-user-extra': { x: ['y'], a: ['b', 'c'] } },
  ];
  for (const user of users)
    assert.throws(() => openCredentials(context(user), { env }), {
      code: 'credentials',
      message: /several groups/,
    });
});

test('files are read again after their time, and not before', async () => {
  const tokenFile = join(folder, 'timed');
  let time = 1_000_000;
  writeFileSync(tokenFile, 'first');
  const credentials = openCredentials(context({ tokenFile }), { env, now: () => time });
  assert.equal(await bearer(credentials), 'Bearer first');
  writeFileSync(tokenFile, 'second');
  assert.equal(await bearer(credentials), 'Bearer first');
  time += 61_000;
  assert.equal(await bearer(credentials), 'Bearer second');
});

test('what a plugin gives counts, and what it does not give is the file’s own', async () => {
  const own = {
    'client-certificate-data': Buffer.from('own cert').toString('base64'),
    'client-key-data': Buffer.from('own key').toString('base64'),
  };
  const token = openCredentials(context({ ...own, ...exec(plugin('token', answer({ token: 't' }))) }), {
    env,
  });
  const given = await token.current();
  assert.deepEqual([given.headers.Authorization, given.cert, given.key], ['Bearer t', 'own cert', 'own key']);
  const pair = { clientCertificateData: 'their cert', clientKeyData: 'their key' };
  const both = openCredentials(context({ ...own, ...exec(plugin('pair', answer(pair))) }), { env });
  const theirs = await both.current();
  assert.deepEqual([theirs.cert, theirs.key], ['their cert', 'their key']);
  const bare = await openCredentials(context(own), { env }).current();
  assert.deepEqual([bare.headers, bare.cert, bare.key], [{}, 'own cert', 'own key']);
});

test('that a credential was refused is worth another try where it may be another then', () => {
  assert.equal(openCredentials(context({ token: 'a' }), { env }).rejected(), false);
  assert.equal(openCredentials(context({ tokenFile: join(folder, 'timed') }), { env }).rejected(), true);
  assert.equal(openCredentials(context(exec('x')), { env }).rejected(), true);
});
