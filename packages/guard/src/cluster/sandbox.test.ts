import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@toolcrib/sandbox';
import { connectCluster, loadKubeconfig, openUpstream } from './index.ts';
import { clusterContract } from './testing/contract.ts';

/** By the person's usual way: a kubeconfig file, an upstream, a cluster. */
async function sandboxTarget(kind: 'token' | 'certificate') {
  const sandbox = await startSandbox({ name: 'contract', controllers: true });
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-contract-'));
  const path = join(folder, 'config');
  const admin = { name: 'kubernetes-admin', groups: ['system:masters'] };
  writeFileSync(path, kind === 'token' ? sandbox.kubeconfig() : await sandbox.certificateKubeconfig(admin));
  const kubeconfig = loadKubeconfig({ env: { KUBECONFIG: path } });
  const context = kubeconfig.context(kubeconfig.currentContext ?? '');
  const cluster = connectCluster(openUpstream(context, { env: {} }), context.name);
  return {
    cluster,
    async dispose() {
      await cluster.close();
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

clusterContract('the sandbox, with a token', () => sandboxTarget('token'));
clusterContract('the sandbox, with a client certificate', () => sandboxTarget('certificate'));
