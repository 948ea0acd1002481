import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { offScript, offVariables, withoutOurs } from './off.ts';
import { onVariables } from './on.ts';
import { pathsOf } from './paths.ts';
import { assignments, type Shell } from './shell.ts';

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

test('what off sets is what stood there; all that on has set beside it is unset', () => {
  const variables = offVariables(paths, { ...on({ KUBECONFIG: '/a' }), OTHER: '1' }, home);
  assert.deepEqual(variables, {
    KUBECONFIG: '/a',
    TOOLCRIB_KUBECONFIG: undefined,
    TOOLCRIB_KUBECONFIG_WAS: undefined,
    TOOLCRIB_KUBECONFIG_THEIRS: undefined,
  });
  assert.equal(Object.keys(variables).length, 4, 'they are named, so that they are unset');
});

test('where ours is not there nothing is changed, whatever the other variables say', () => {
  const env = { ...on({ KUBECONFIG: '/a' }), KUBECONFIG: '/b::/c' };
  assert.deepEqual(withoutOurs(paths, env, home), { KUBECONFIG: '/b::/c' });
  assert.deepEqual(withoutOurs(paths, { ...env, KUBECONFIG: undefined }, home), { KUBECONFIG: undefined });
  assert.deepEqual(withoutOurs(paths, { KUBECONFIG: '' }, home), { KUBECONFIG: '' });
});
