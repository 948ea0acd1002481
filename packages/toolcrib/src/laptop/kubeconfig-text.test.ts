import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseKubeconfig } from '@toolcrib/guard/cluster/kubeconfig-file';
import { realClients } from '@toolcrib/sandbox';
import { kubeconfigText } from './kubeconfig-text.ts';

// Each is a text in YAML 1.2, and something else in the YAML that kubectl, helm and k9s read; or breaks a line.
const NAMES = [
  'no',
  'on',
  'Off',
  'y',
  '1_000',
  '0b11',
  '0123',
  '12:30',
  '2026-01-01',
  '<<',
  '=',
  '~',
  '1e3',
  ' a',
  'a: b',
];
const ODD = ['ü "q" \'s\' 🎉', 'a\nb', `long ${'name '.repeat(40)}`, '# c', '- d', '%e', ''];

test('what is called so that it could be read as something else is read as it is called, by kubectl too', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-text-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const names = [...NAMES, ...ODD];
  const text = kubeconfigText({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'no',
    clusters: [{ name: 'yes', cluster: { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true } }],
    users: [{ name: '1_0', user: { token: '1e3' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'yes', user: '1_0', namespace: 'off' } })),
    extensions: [{ name: 'mark', extension: Object.fromEntries(names.map((name) => [name, true])) }],
  });
  assert.deepEqual(
    parseKubeconfig('ours', text).contexts.map(({ name }) => name),
    names,
  );
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, text);
  const { kubectl } = await realClients();
  const seen = JSON.parse(
    execFileSync(kubectl, ['--kubeconfig', path, 'config', 'view', '--raw', '-o', 'json'], {
      encoding: 'utf8',
    }),
  );
  assert.deepEqual(seen.contexts.map(({ name }: { name: string }) => name).toSorted(), names.toSorted());
  assert.deepEqual(seen.contexts[0].context, { cluster: 'yes', user: '1_0', namespace: 'off' });
  assert.deepEqual(Object.keys(seen.extensions[0].extension).toSorted(), names.toSorted());
  assert.deepEqual([seen['current-context'], seen.users[0].user.token], ['no', '1e3']);
});
