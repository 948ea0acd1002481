import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { paths, put, seen } from '@toolcrib/guard/testing/target.ts';
import { realClients } from '@toolcrib/sandbox';
import { CLI } from '../testing/programs.ts';
import { openGuardedSandbox } from '../testing/stage.ts';

const home = mkdtempSync(join(tmpdir(), 'tc-home-'));
after(() => rmSync(home, { recursive: true, force: true }));

/** Every file below the home, by hash. */
function hashes(): Record<string, string> {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [path, `${sha256} ${statSync(path).mode.toString(8)}`];
    }),
  );
}

test('a day with it, in a shell: on, delete, undo, off, uninstall; every file of the person’s own has its old hash', async () => {
  const { target, kubeconfig } = await openGuardedSandbox();
  try {
    const { kubectl } = await realClients();
    const own = {
      '.kube/config': kubeconfig,
      '.bashrc': 'alias k=kubectl\n',
      '.config/toolcrib/guard.yaml': 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {}\n',
      '.local/state/other/thing': 'not ours',
    };
    for (const [path, text] of Object.entries(own)) {
      mkdirSync(join(home, path, '..'), { recursive: true });
      writeFileSync(join(home, path), text, { mode: 0o600 });
    }
    const at = paths.core('default', 'configmaps');
    const made = await put(target, at, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { is: 'a' },
    });
    const before = hashes();
    const script = `
      set -e
      toolcrib() { "${process.execPath}" --conditions=toolcrib-source --no-warnings "${CLI}" "$@"; }
      kubectl() { "${kubectl}" --cache-dir="${home}.cache" "$@"; }
      export KUBECONFIG
      unset KUBECONFIG
      eval "$(toolcrib on)"
      test "$KUBECONFIG" != ""
      kubectl get configmap a -n default > /dev/null
      kubectl delete configmap a -n default
      act=$(toolcrib log -o json | sed -n 's/.*"id": "\\(act-[a-z0-9]*\\)".*/\\1/p' | head -1)
      toolcrib undo "$act"
      kubectl config set-context --current --namespace=default
      eval "$(toolcrib off)"
      test -z "$KUBECONFIG"
      kubectl get configmap a -n default -o jsonpath='{.data.is}{"\\n"}'
      toolcrib uninstall --purge --yes
    `;
    const env = { HOME: home, PATH: process.env.PATH ?? '', SHELL: '/bin/bash', NO_COLOR: '1' };
    const said = await new Promise<{ code: number; text: string }>((resolve) => {
      execFile('/bin/bash', ['-c', script], { env, timeout: 100_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, text: stdout + stderr }),
      );
    });
    assert.equal(said.code, 0, said.text);
    assert.match(said.text, /done +ConfigMap default\/a/);
    assert.notEqual(
      (await seen(target, `${at}/a`))?.metadata.uid,
      made.metadata.uid,
      'it went, and came back',
    );
    assert.deepEqual(hashes(), before);
    assert.deepEqual(readdirSync(join(home, '.local/state')), ['other']);
  } finally {
    rmSync(`${home}.cache`, { recursive: true, force: true });
    await target.close();
  }
});
