import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { startSandbox } from '../start.ts';
import { clientRunner } from '../testing/kubectl.ts';

const TEMPLATE = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}-web"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}"}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

test('helm installs, upgrades, rolls back and uninstalls a chart', async () => {
  const sandbox = await startSandbox({ podStartMs: 50, podStopMs: 20 });
  const clients = await clientRunner(sandbox.kubeconfig());
  try {
    const chart = await clients.file('Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 0.1.0\n');
    await clients.file('values.yaml', 'replicas: 1\n');
    await mkdir(join(dirname(chart), 'templates'));
    await clients.file('templates/all.yaml', TEMPLATE);
    const helm = async (...args: string[]) => {
      const { code, stdout, stderr } = await clients.helm(args);
      assert.equal(code, 0, `helm ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    const replicas = () =>
      sandbox.store.get({ group: 'apps', version: 'v1', resource: 'deployments' }, 'default', 'one-web').spec
        .replicas;
    assert.match(await helm('install', 'one', dirname(chart), '--wait'), /STATUS: deployed/);
    assert.equal(replicas(), 1);
    await helm('upgrade', 'one', dirname(chart), '--set', 'replicas=2', '--wait');
    assert.equal(replicas(), 2);
    assert.match(await helm('history', 'one'), /2 .*deployed/);
    await helm('rollback', 'one', '1', '--wait');
    assert.equal(replicas(), 1);
    await helm('uninstall', 'one', '--wait');
    assert.equal((await helm('list', '-q')).trim(), '');
    assert.deepEqual(sandbox.store.list({ group: 'apps', version: 'v1', resource: 'replicasets' }), []);
  } finally {
    await clients.close();
    await sandbox.close();
  }
});
