import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '@toolcrib/guard/testing/target.ts';
import { turnOn } from '../laptop/on.ts';
import { pathsOf } from '../laptop/paths.ts';
import { refreshing } from './refreshing.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-refreshing-'));
after(() => rmSync(root, { recursive: true }));

const withContexts = (...names: string[]) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://c.example' } }],
    users: [{ name: 'aiko', user: { token: 'her-own-secret' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'c', user: 'aiko' } })),
  });

/** A person's kubeconfig, followed; and what was given of it, the names of its contexts each time. */
async function followed() {
  const home = mkdtempSync(join(root, 'home-'));
  mkdirSync(join(home, '.kube'));
  const config = join(home, '.kube', 'config');
  writeFileSync(config, withContexts('prod'));
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  mkdirSync(paths.state, { recursive: true });
  const env = { HOME: home, KUBECONFIG: config };
  const given: string[] = [];
  const following = await refreshing(paths, { env, home }, ({ identity }) => {
    given.push(Object.keys(identity.tokens).sort().join());
  });
  return { config, paths, env, home, given, following };
}

test('what is guarded is given at once, and again once a file has changed; closed, nothing is', async () => {
  const { config, given, following } = await followed();
  try {
    assert.equal(given[0], 'prod');
    writeFileSync(config, withContexts('prod', 'test'));
    await until('the other context', async () => given.at(-1) === 'prod,test');
  } finally {
    following.close();
  }
  const before = given.length;
  writeFileSync(config, withContexts('prod', 'test', 'third'));
  await following.refreshTokens();
  assert.deepEqual(given.slice(before), ['prod,test,third'], 'by who asks for it, and by nobody else');
});

test('who asks again within a moment has nothing read', async () => {
  const { given, following } = await followed();
  following.close();
  const before = given.length;
  await following.refreshTokens();
  await Promise.all([following.refreshTokens(), following.refreshTokens()]);
  assert.equal(given.length, before + 1);
});

test('a terminal that names another file: its contexts too', async () => {
  const { home, paths, given, following } = await followed();
  try {
    const other = join(home, 'other');
    writeFileSync(other, withContexts('elsewhere'));
    await turnOn(paths, { HOME: home, KUBECONFIG: other }, 'sh', home);
    await until('the context of the other file', async () => given.at(-1)?.includes('elsewhere'));
  } finally {
    following.close();
  }
});
