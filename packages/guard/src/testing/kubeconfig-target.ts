import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@toolcrib/model';
import { parse } from 'yaml';
import { connectCluster, loadKubeconfig, openUpstream } from '../cluster/index.ts';
import type { ClusterTarget } from './target.ts';

/** What a target is made of: kubeconfigs as YAML texts, with a token or a client certificate in them. */
export interface TargetParts {
  name: string;
  admin: string;
  person(name: string): string;
  /** For clusters that know when they are at rest; else it is slept. */
  aWhile?(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A target over any cluster that kubeconfigs lead to. */
export async function targetOf(parts: TargetParts): Promise<ClusterTarget> {
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
  return {
    name: parts.name,
    cluster: await connect('admin', parts.admin),
    person: (name) => connect(name, parts.person(name)),
    https: plainHttps(parts.admin),
    aWhile: parts.aWhile ?? ((ms) => new Promise((done) => setTimeout(done, ms))),
    async close() {
      for (const cluster of opened) await cluster.close();
      await parts.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Requests by node:https and nothing else. */
function plainHttps(kubeconfig: string): ClusterTarget['https'] {
  const { clusters, users } = parse(kubeconfig);
  const decoded = (data: string | undefined) =>
    data === undefined ? undefined : Buffer.from(data, 'base64');
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  const tls = { ca: decoded(ca), cert: decoded(cert), key: decoded(key) };
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const headers = {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        // Node frames the body of a DELETE only where its length is given.
        ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      };
      const outgoing = request(new URL(path, server), { method, ...tls, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          // A path that is not served is answered in plain text.
          const isJson = String(answer.headers['content-type']).startsWith('application/json');
          resolve({ status: answer.statusCode ?? 0, body: isJson ? JSON.parse(said) : {} });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
}
