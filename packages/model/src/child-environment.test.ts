import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { childEnvironment } from './child-environment.ts';

test('what is ours is taken out, unless it is known to be harmless; everything else stays', () => {
  const env = {
    PATH: '/bin',
    KUBECONFIG: '/k',
    MY_TOOLCRIB_KEY: 'not ours',
    TOOLCRIB_HOME: '/h',
    TOOLCRIB_KUBECONFIG: '/t',
  };
  const secret = { TOOLCRIB_KEY: 'k', TOOLCRIB_TOKEN: 't', TOOLCRIB_OF_LATER: 'x', toolcrib_key: 'k' };
  assert.deepEqual(childEnvironment({ ...env, ...secret }), env);
});

/** They start what is ours: the guard itself, which needs the key. */
const OWN = new Set(['toolcrib/src/laptop/daemon.ts']);

test('whoever starts a program gives it that environment', () => {
  const root = join(import.meta.dirname, '..', '..');
  const starting = globSync('{model,guard,vet,toolcrib}/src/**/*.ts', { cwd: root })
    .filter((file) => !/\.test\.ts$|\.contract\.ts$|(^|\/)testing\//.test(file))
    .filter((file) => /from 'node:child_process'/.test(readFileSync(join(root, file), 'utf8')));
  assert.ok(starting.length > 8, 'this test shows nothing');
  for (const file of starting.filter((name) => !OWN.has(name))) {
    const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    // As often as programs are started: one that was forgotten is found beside one that was not.
    const starts =
      text.match(/(?<![.\w])(spawn|spawnSync|execFile|execFileSync|fork)\(|promisify\(execFile\)/g) ?? [];
    const given = text.match(/childEnvironment\(/g) ?? [];
    assert.ok(
      given.length >= starts.length,
      `${file}: ${starts.length} starts, ${given.length} times childEnvironment`,
    );
  }
});
