import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { onVariables, turnOn } from './on.ts';
import { pathsOf } from './paths.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-on-'));
after(() => rmSync(root, { recursive: true }));
const home = join(root, 'home');
const paths = pathsOf({ TOOLCRIB_HOME: join(root, 'state with space') });

test('ours stands alone, and beside it what was there before', () => {
  const on = (env: Record<string, string | undefined>) => onVariables(paths, env, '/ours', home);
  const own = { KUBECONFIG: '/ours', TOOLCRIB_KUBECONFIG: '/ours' };
  for (const [KUBECONFIG, was, theirs] of [
    [undefined, 'unset', ''],
    ['', 'empty', ''],
    ['/a:/b', 'set', '/a:/b'],
    ['/a::/b:', 'set', '/a::/b:'],
  ] as const) {
    assert.deepEqual(on({ KUBECONFIG }), {
      ...own,
      TOOLCRIB_KUBECONFIG_WAS: was,
      TOOLCRIB_KUBECONFIG_THEIRS: theirs,
    });
  }
});

test('turned on, a terminal has its own file, and is told where it is', async () => {
  const file = join(root, 'two');
  writeFileSync(
    file,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [
        { name: 'prod', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
        { name: 'test', context: { cluster: 'c', user: 'u' } },
      ],
      'current-context': 'prod',
    }),
  );
  const own = pathsOf({ TOOLCRIB_HOME: join(root, 'two-state') });
  const on = await turnOn(own, { KUBECONFIG: file }, 'bash', home);
  assert.ok(on.kubeconfig.startsWith(`${own.terminals}/`), on.kubeconfig);
  assert.deepEqual(on.contexts, ['prod', 'test']);
  const server = 'https://127.0.0.1:1';
  assert.deepEqual(on.place, { context: 'prod', label: 'prod', server, namespace: 'shop' });
  assert.equal(on.variables.KUBECONFIG, on.kubeconfig);
  assert.equal(on.variables.TOOLCRIB_KUBECONFIG_THEIRS, file);
  assert.ok(on.script.startsWith(`export KUBECONFIG='${on.kubeconfig}';\n`), on.script);
  assert.match(on.script, /PROMPT_COMMAND/, 'bash says at its prompt that it is on');
  const again = await turnOn(own, on.variables, 'sh', home);
  assert.equal(again.kubeconfig, on.kubeconfig);
  assert.deepEqual(again.variables, on.variables);
});

test('without a namespace it is the one that kubectl takes', async () => {
  const file = join(root, 'plain');
  writeFileSync(
    file,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'prod',
    }),
  );
  const own = pathsOf({ TOOLCRIB_HOME: join(root, 'plain-state') });
  assert.equal((await turnOn(own, { KUBECONFIG: file }, 'sh', home)).place.namespace, 'default');
});

test('a current context that no file has is named', async () => {
  const file = join(root, 'dangling');
  const env = { KUBECONFIG: file };
  const [clusters, users] = [
    [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    [{ name: 'u', user: { token: 't' } }],
  ];
  const contexts = [{ name: 'prod', context: { cluster: 'c', user: 'u' } }];
  writeFileSync(file, JSON.stringify({ clusters, users, contexts, 'current-context': 'prdo' }));
  const { place } = await turnOn(paths, env, 'bash', home);
  assert.deepEqual(place, { missing: 'prdo' });
  writeFileSync(file, JSON.stringify({ clusters, users, contexts }));
  assert.deepEqual((await turnOn(paths, env, 'bash', home)).place, {});
});

test('contexts that are called what every object has: each gets a token, like any other', async () => {
  const file = join(root, 'odd-names');
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'];
  const [clusters, users] = [
    names.map((name) => ({ name, cluster: { server: `https://127.0.0.1:1/${name}` } })),
    [{ name: '__proto__', user: { token: 't' } }],
  ];
  const contexts = names.map((name) => ({ name, context: { cluster: name, user: '__proto__' } }));
  writeFileSync(file, JSON.stringify({ clusters, users, contexts, 'current-context': '__proto__' }));
  for (const round of ['first', 'again']) {
    const { place, contexts: found, kubeconfig } = await turnOn(paths, { KUBECONFIG: file }, 'bash', home);
    assert.deepEqual(found, names, round);
    assert.equal(place.context, '__proto__');
    assert.equal(place.server, 'https://127.0.0.1:1/__proto__');
    const tokens = readKubeconfig(kubeconfig)?.users.map(({ user }) => user.token) ?? [];
    assert.equal(new Set(tokens).size, names.length, round);
    for (const token of tokens) assert.match(token ?? '', /^[\w-]{43}$/);
  }
});

test('nothing to guard is said, not shrugged at', async () => {
  await assert.rejects(turnOn(paths, {}, 'bash', home), { code: 'no-kubeconfig', exitCode: 2 });
  mkdirSync(join(home, '.kube'), { recursive: true });
  writeFileSync(join(home, '.kube', 'config'), 'clusters: [');
  await assert.rejects(turnOn(paths, {}, 'bash', home), { code: 'bad-file', message: /\.kube\/config:1:/ });
});
