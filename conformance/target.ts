import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@toolcrib/sandbox';
import { parse } from 'yaml';
import { clients } from '../testbed/clients.ts';
import { startTestbed } from '../testbed/start.ts';
import type { Answer, HttpRequest, Target } from './types.ts';

/** A hundred namespaces go in a few minutes: the defaults are for clusters where nobody waits for that. */
const QUICK = [
  '--kube-api-qps=300',
  '--kube-api-burst=600',
  '--concurrent-namespace-syncs=30',
  '--concurrent-gc-syncs=30',
  '--pvclaimbinder-sync-period=1s',
].map((flag) => `kube-controller-manager:${flag}`);

/** The real control plane. */
export async function testbedTarget(): Promise<Target> {
  const testbed = await startTestbed({ nodes: 3, podStopAfter: '200ms', flags: QUICK });
  const text = await readFile(testbed.kubeconfigPath, 'utf8');
  return kubeconfigTarget('testbed', text, () => testbed.stop());
}

/** The in-process one. Its administrator has the name that the testbed's has, since answers tell it. */
export async function sandboxTarget(): Promise<Target> {
  const sandbox = await startSandbox({ nodes: 3, podStartMs: 100, podStopMs: 200, jobPodMs: 2_000 });
  const text = sandbox.kubeconfig({ name: 'admin', groups: ['system:masters'] });
  return kubeconfigTarget('sandbox', text, () => sandbox.close());
}

interface Credentials {
  server: string;
  agent: Agent;
  token?: string;
}

async function kubeconfigTarget(
  name: Target['name'],
  text: string,
  stop: () => Promise<void>,
): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), `toolcrib-conformance-${name}-`));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, text, { mode: 0o600 });
  const { kubectl, helm } = await clients();
  const credentials = credentialsOf(text);
  return {
    name,
    home: folder,
    kubeconfigPath,
    kubectl,
    helm,
    server: credentials.server,
    async writeKubeconfig(file, server) {
      const path = join(folder, file);
      const config = parse(text);
      config.clusters[0].cluster = { server };
      config.users[0].user = {};
      await writeFile(path, JSON.stringify(config), { mode: 0o600 });
      return path;
    },
    send: (asked, onChunk, signal) => send(credentials, asked, onChunk, signal),
    async close() {
      credentials.agent.destroy();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function credentialsOf(text: string): Credentials {
  const { clusters, users } = parse(text);
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  const pem = (data: string | undefined) => (data === undefined ? undefined : Buffer.from(data, 'base64'));
  return {
    server,
    token,
    agent: new Agent({ keepAlive: true, maxSockets: 64, ca: pem(ca), cert: pem(cert), key: pem(key) }),
  };
}

function send(
  { server, agent, token }: Credentials,
  asked: HttpRequest,
  onChunk?: (text: string) => void,
  signal?: AbortSignal,
): Promise<Answer> {
  const { method, path, headers = {} } = asked;
  const body = asked.raw ?? asked.body;
  const authorization = asked.token ?? token;
  // Whoever brings a token of their own must not be known by the administrator's client certificate.
  const own = asked.token === undefined ? agent : new Agent({ ca: agent.options.ca });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, server),
      {
        method,
        agent: own,
        signal,
        headers: {
          'user-agent': 'conformance',
          ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization}` }),
          // Node frames the body of a DELETE only where its length is given.
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          onChunk?.(chunk.toString());
        });
        const done = () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(incoming.headers).map(([key, value]) => [key, String(value)]),
            ),
            text: Buffer.concat(chunks).toString(),
          });
        incoming.on('end', done);
        // An aborted watch has its answer all the same.
        incoming.on('error', done);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
