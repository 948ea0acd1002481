import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxOptions } from '@toolcrib/sandbox';
import { startSandbox } from '@toolcrib/sandbox';
import { parse } from 'yaml';
import { connectCluster, loadKubeconfig, openUpstream } from '../cluster/index.ts';
import type { Cluster } from '../model/index.ts';
import type { ClusterTarget } from './target.ts';

/** The in-process sandbox as a target of contract tests. */
export async function openSandbox(options: SandboxOptions = {}): Promise<ClusterTarget> {
  const sandbox = await startSandbox({ podStartMs: 20, nodes: 2, ...options });
  const folder = await mkdtemp(join(tmpdir(), 'toolcrib-target-'));
  const opened: Cluster[] = [];
  const connect = async (name: string, text: string): Promise<Cluster> => {
    const path = join(folder, `${name}.yaml`);
    await writeFile(path, text, { mode: 0o600 });
    const kubeconfig = loadKubeconfig({ env: { KUBECONFIG: path } });
    const context = kubeconfig.context(kubeconfig.currentContext ?? '');
    const cluster = connectCluster(openUpstream(context), context.name);
    opened.push(cluster);
    return cluster;
  };
  const adminConfig = sandbox.kubeconfig();
  const token: string = parse(adminConfig).users[0].user.token;
  const target: ClusterTarget = {
    name: 'sandbox',
    cluster: await connect('admin', adminConfig),
    person: (name) => connect(name, sandbox.kubeconfig({ name })),
    https: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const outgoing = request(
          new URL(path, sandbox.url),
          {
            method,
            ca: sandbox.certificateAuthority,
            headers: {
              authorization: `Bearer ${token}`,
              // Node frames the body of a DELETE only where its length is given.
              ...(text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }),
              ...(text === undefined
                ? {}
                : {
                    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
                  }),
            },
          },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk) => chunks.push(chunk));
            answer.on('end', () => {
              const said = Buffer.concat(chunks).toString();
              resolve({ status: answer.statusCode ?? 0, body: said === '' ? {} : JSON.parse(said) });
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(text);
      }),
    async close() {
      for (const cluster of opened) await cluster.close();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await everybodyMayAsk(target);
  return target;
}

/** What a real cluster lets every authenticated person do (system:discovery, system:basic-user). */
async function everybodyMayAsk(target: ClusterTarget): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const name = 'toolcrib-test-everybody';
  await target.https('POST', `/apis/${apiVersion}/clusterroles`, {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name },
    rules: [
      {
        nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version'],
        verbs: ['get'],
      },
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
    ],
  });
  await target.https('POST', `/apis/${apiVersion}/clusterrolebindings`, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
  });
}
