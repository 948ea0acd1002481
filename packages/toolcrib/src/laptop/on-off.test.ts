import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import fc from 'fast-check';
import { offScript } from './off.ts';
import { onVariables, turnOn } from './on.ts';
import { pathsOf } from './paths.ts';
import { assignments, type Shell, shellOf } from './shell.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-on-'));
after(() => rmSync(root, { recursive: true }));
const home = join(root, 'home');
const paths = pathsOf({ TOOLCRIB_HOME: join(root, 'state with space') });
const SHELLS: Shell[] = ['bash', 'zsh', 'fish', 'sh'];

/** What a real shell has in its environment after it evaluated the scripts, one after another. */
function evaluate(shell: Shell, scripts: string[], env: Record<string, string | undefined>) {
  const program = [
    ...scripts.map((script) => `eval ${assignments('sh', { X: script }).slice('export X='.length, -1)}`),
    'env -0',
  ];
  // fish quotes in its own way; it takes the lines as they are.
  const text = shell === 'fish' ? [...scripts, 'env -0'].join('\n') : program.join('\n');
  const run = spawnSync(shell, ['-c', text], {
    env: { PATH: process.env.PATH, HOME: home, ...env },
    encoding: 'utf8',
  });
  if (run.error) return undefined;
  assert.equal(run.status, 0, run.stderr);
  const entries = run.stdout.split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

const BEFORE = [
  undefined,
  '',
  '/a',
  '/a:/b',
  '/a::/b:',
  ':/a',
  "/it's a/$HOME/`x`:/b\\c",
  join(home, '.kube', 'config'),
];

const ours = join(paths.terminals, '0123456789ab', 'kubeconfig');
const on = (env: Record<string, string | undefined>) => onVariables(paths, env, ours, home);

for (const shell of SHELLS) {
  test(`${shell}: on leaves ours alone there, twice is once, off restores exactly`, (t) => {
    if (spawnSync(shell, ['-c', 'true']).error) return t.skip(`${shell} is not installed here`);
    for (const KUBECONFIG of BEFORE) {
      const script = assignments(shell, on({ KUBECONFIG }));
      const once = evaluate(shell, [script], { KUBECONFIG });
      assert.equal(once?.KUBECONFIG, ours);
      const twice = evaluate(shell, [assignments(shell, on(once ?? {}))], once ?? {});
      assert.deepEqual(twice, once);
      const off = evaluate(shell, [offScript(paths, twice ?? {}, shell, home)], twice ?? {});
      assert.equal(off?.KUBECONFIG, KUBECONFIG, `${KUBECONFIG}`);
      assert.deepEqual(
        Object.keys(off ?? {}).filter((name) => name.startsWith('TOOLCRIB_')),
        [],
      );
      // Off twice, or without on, changes nothing.
      const again = evaluate(shell, [offScript(paths, off ?? {}, shell, home)], off ?? {});
      assert.equal(again?.KUBECONFIG, KUBECONFIG);
    }
  });
}

test('off needs neither our folder nor the guard, and finds ours under its old name', () => {
  const variables = on({ KUBECONFIG: '/a:/b' });
  const elsewhere = pathsOf({ TOOLCRIB_HOME: join(root, 'elsewhere') });
  assert.match(offScript(elsewhere, variables, 'sh', home), /export KUBECONFIG='\/a:\/b'/);
});

test('what the person adds or removes meanwhile stays so', () => {
  const own = join(home, '.kube', 'config');
  const off = (before: string | undefined, KUBECONFIG: string) =>
    offScript(paths, { ...on({ KUBECONFIG: before }), KUBECONFIG }, 'sh', home).split('\n')[0];
  assert.equal(off(undefined, `/new:${ours}`), `export KUBECONFIG='/new:${own}';`);
  assert.equal(off('/a:/b', `/new:${ours}:/last`), "export KUBECONFIG='/new:/a:/b:/last';");
  assert.equal(off(undefined, '/other'), "export KUBECONFIG='/other';");
  assert.equal(off(undefined, ours), 'unset KUBECONFIG;');
});

test('a terminal that toolcrib 0.1 turned on, with ours first in a list: off restores it, on brings it up to date', () => {
  for (const [list, was, before] of [
    [join(home, '.kube', 'config'), 'unset', undefined],
    [join(home, '.kube', 'config'), 'empty', ''],
    ['/a:/b', 'set', '/a:/b'],
    ['', 'set', ''],
  ] as const) {
    const env = {
      KUBECONFIG: `${paths.kubeconfig}:${list}`,
      TOOLCRIB_KUBECONFIG: paths.kubeconfig,
      TOOLCRIB_KUBECONFIG_WAS: was,
    };
    assert.match(offScript(paths, env, 'sh', home), expected(before), was);
    const now = on(env);
    assert.equal(now.KUBECONFIG, ours);
    assert.match(offScript(paths, now, 'sh', home), expected(before), `${was}, then on`);
  }
  function expected(value: string | undefined) {
    const line = assignments('sh', { KUBECONFIG: value });
    return new RegExp(`^${line}\n`);
  }
});

test('on and off are inverse for any KUBECONFIG', () => {
  fc.assert(
    fc.property(
      fc.option(fc.array(fc.constantFrom('', '/a', '/b c', "/d'e"), { maxLength: 4 }), { nil: undefined }),
      (parts) => {
        const KUBECONFIG = parts?.join(':');
        const once = on({ KUBECONFIG });
        const twice = on(once);
        assert.deepEqual(twice, once);
        const off = offScript(paths, twice, 'sh', home).split('\n')[0];
        assert.equal(off, assignments('sh', { KUBECONFIG }));
      },
    ),
  );
});

test('the shell is that of SHELL, or the one named; others are asked about', () => {
  assert.equal(shellOf(undefined, { SHELL: '/usr/local/bin/fish' }), 'fish');
  assert.equal(shellOf('zsh', { SHELL: '/bin/bash' }), 'zsh');
  for (const [given, SHELL] of [
    [undefined, undefined],
    [undefined, '/usr/bin/nu'],
    ['powershell', '/bin/bash'],
    ['constructor', '/bin/bash'],
  ] as const) {
    assert.throws(() => shellOf(given, { SHELL }, 1), { code: 'usage', exitCode: 2 });
  }
});

test('without SHELL it is the shell that asks: the nearest one above', async () => {
  for (const shell of SHELLS) {
    if (spawnSync(shell, ['-c', 'true']).error) continue;
    const asking = spawn(shell, ['-c', 'read line; true'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      await once(asking, 'spawn');
      assert.equal(shellOf(undefined, {}, asking.pid), shell);
      assert.equal(shellOf(undefined, { SHELL: '/bin/bash' }, asking.pid), 'bash', 'SHELL goes before');
    } finally {
      asking.stdin?.end('\n');
    }
    await once(asking, 'exit');
  }
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
