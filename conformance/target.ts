import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { type RunningSandbox, startSandbox } from '@toolcrib/sandbox';
import { parse } from 'yaml';
import { clients } from '../testbed/clients.ts';
import { startTestbed } from '../testbed/start.ts';
import type { Answer, HttpRequest, Pair, Stream, Target } from './types.ts';

/** A hundred namespaces go in a few minutes: the defaults are for clusters where nobody waits for that. */
const QUICK = [
  '--kube-api-qps=300',
  '--kube-api-burst=600',
  '--concurrent-namespace-syncs=30',
  '--concurrent-gc-syncs=30',
  '--pvclaimbinder-sync-period=1s',
].map((flag) => `kube-controller-manager:${flag}`);

/**
 * What is older than one to two turns answers 410, in both. Five minutes by default; a turn must be much longer than any
 * step takes between two pages of a list.
 */
const COMPACTION_SECONDS = 15;
const FORGETFUL = [`kube-apiserver:--etcd-compaction-interval=${COMPACTION_SECONDS}s`];

/**
 * Both control planes. The real one first: only it can fail to come up, and a sandbox that already runs in this process
 * would keep it alive for ever.
 * @throws TestbedError where the real one can't be built or started
 */
export async function openPair(): Promise<Pair> {
  const real = await startTestbed({ nodes: 3, podStopAfter: '200ms', flags: [...QUICK, ...FORGETFUL] });
  try {
    const text = await readFile(real.kubeconfigPath, 'utf8');
    // What both need on disk lies in the testbed's own folder, which goes with it, even after a SIGKILL of this process.
    const folder = real.state.data;
    const testbed = await kubeconfigTarget('testbed', text, folder, () => real.stop());
    return { testbed, sandbox: await sandboxTarget(folder) };
  } catch (error) {
    await real.stop();
    throw error;
  }
}

/** The in-process one. Its administrator has the name that the testbed's has, since answers tell it. */
async function sandboxTarget(folder: string): Promise<Target> {
  const sandbox = await startSandbox({ nodes: 3, podStartMs: 100, podStopMs: 200, jobPodMs: 2_000 });
  const text = sandbox.kubeconfig({ name: 'admin', groups: ['system:masters'] });
  const stopCompacting = compactEvery(COMPACTION_SECONDS * 1000, sandbox.store);
  return kubeconfigTarget('sandbox', text, folder, async () => {
    stopCompacting();
    await sandbox.close();
  });
}

/** As the real API server does it: at each turn up to where things stood at the turn before. */
function compactEvery(milliseconds: number, store: RunningSandbox['store']): () => void {
  let before: number | undefined;
  const timer = setInterval(() => {
    if (before !== undefined) store.compact(before);
    before = store.version();
  }, milliseconds);
  return () => clearInterval(timer);
}

interface Credentials {
  server: string;
  agent: Agent;
  token?: string;
}

async function kubeconfigTarget(
  name: Target['name'],
  text: string,
  parent: string,
  stop: () => Promise<void>,
): Promise<Target> {
  const folder = join(parent, `conformance-${name}`);
  await mkdir(folder);
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
    send: (asked, stream) => send(credentials, asked, stream),
    async close() {
      credentials.agent.destroy();
      await stop();
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
  { onHead, onChunk, signal }: Stream = {},
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
        const head = {
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(incoming.headers).map(([key, value]) => [key, String(value)]),
          ),
        };
        onHead?.(head);
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          onChunk?.(chunk);
        });
        const done = () => {
          const bytes = Buffer.concat(chunks);
          resolve({ ...head, bytes, text: bytes.toString() });
        };
        incoming.on('end', done);
        // An aborted watch has its answer all the same.
        incoming.on('error', done);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
