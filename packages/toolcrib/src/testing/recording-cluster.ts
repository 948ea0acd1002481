import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttps, request } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { testCertificate } from '@toolcrib/guard/testing/door-certificate.ts';
import type { KubeObject } from '@toolcrib/kube';
import { startSandbox } from '@toolcrib/sandbox';
import { parse, stringify } from 'yaml';

/** A DELETE as it arrived, written down before anything was done about it. */
export interface Arrived {
  path: string;
  /** Of its preconditions. */
  uid?: string;
  /** What stood under the path at that moment; absent where nothing did. */
  object?: KubeObject;
}

type Ask = { ask: 'record' } | { ask: 'create'; path: string; objects: object[] } | { ask: 'close' };

export interface RecordingCluster {
  /** YAML, with one context. */
  kubeconfig: string;
  /** Creates objects behind the guard's back; as the cluster gave them. */
  create(path: string, objects: object[]): Promise<KubeObject[]>;
  /** Everything that arrived so far, once nothing is on its way any more. */
  record(): Promise<Arrived[]>;
  close(): Promise<void>;
}

/**
 * A cluster in a process of its own that writes down each DELETE as it arrives, and then does it, whether or not anybody
 * still waits for the answer. It stands `latency` ms away in each direction, as real clusters do, and closes the
 * connection after each DELETE: between "kept" and "arrived" there is time to be killed in.
 */
export async function startRecordingCluster(latency: number): Promise<RecordingCluster> {
  const child = fork(fileURLToPath(import.meta.url), [String(latency)], {
    execArgv: ['--conditions=toolcrib-source', '--no-warnings'],
  });
  const [first] = (await once(child, 'message')) as [{ kubeconfig: string }];
  let give: (answer: never) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  child.on('message', (answer) => give(answer as never));
  child.once('exit', () => fail(new Error('the recording cluster has ended')));
  let turn: Promise<unknown> = Promise.resolve();
  // One question at a time, so that each answer belongs to it.
  const ask = <T>(question: Ask): Promise<T> => {
    const answer = turn.then(() => {
      const answered = new Promise<T>((resolve, reject) => {
        give = resolve;
        fail = reject;
      });
      child.send(question);
      return answered;
    });
    turn = answer;
    return answer;
  };
  return {
    kubeconfig: first.kubeconfig,
    create: (path, objects) => ask({ ask: 'create', path, objects }),
    record: () => ask({ ask: 'record' }),
    async close() {
      const exit = once(child, 'exit');
      child.send({ ask: 'close' });
      await exit;
    },
  };
}

async function main(latency: number): Promise<void> {
  const sandbox = await startSandbox({ controllers: false });
  const config = parse(sandbox.kubeconfig());
  const token: string = config.users[0].user.token;
  const ca = sandbox.certificateAuthority;
  const arrived: Arrived[] = [];
  let underWay = 0;

  const behind = (
    method: string,
    path: string,
    body: Buffer,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; type: string; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
      const call = request(
        new URL(path, sandbox.url),
        { method, ca, headers: { ...headers, ...length, authorization: `Bearer ${token}` } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 500,
              type: String(answer.headers['content-type'] ?? 'application/json'),
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      call.on('error', reject);
      call.end(body);
    });

  const certificate = await testCertificate();
  const server = createHttps(certificate, (incoming, response) => {
    const chunks: Buffer[] = [];
    underWay++;
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => underWay--);
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks);
      const { method = 'GET', url = '/' } = incoming;
      const headers: Record<string, string> = {};
      for (const name of ['accept', 'content-type'] as const) {
        const value = incoming.headers[name];
        if (value !== undefined) headers[name] = value;
      }
      if (method === 'DELETE') {
        const one: Arrived = { path: url.split('?')[0] ?? '', uid: uidOf(body) };
        arrived.push(one);
        const stands = await behind('GET', one.path, Buffer.alloc(0));
        if (stands.status === 200) one.object = JSON.parse(stands.body.toString());
      }
      const answer = await behind(method, url, body, headers);
      underWay--;
      const end = method === 'DELETE' ? { connection: 'close' } : {};
      response.writeHead(answer.status, {
        'content-type': answer.type,
        'content-length': answer.body.length,
        ...end,
      });
      response.end(answer.body);
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const distance = await away((server.address() as AddressInfo).port, latency);

  config.clusters[0].cluster = {
    server: `https://127.0.0.1:${distance.port}`,
    'certificate-authority-data': Buffer.from(certificate.cert).toString('base64'),
  };
  process.on('message', async (question: Ask) => {
    if (question.ask === 'close') process.exit(0);
    if (question.ask === 'record') {
      while (underWay > 0 || distance.pending() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      process.send?.(arrived);
      return;
    }
    const json = { 'content-type': 'application/json' };
    const made: unknown[] = [];
    for (const object of question.objects) {
      const { status, body } = await behind('POST', question.path, Buffer.from(JSON.stringify(object)), json);
      const answer = JSON.parse(body.toString());
      if (status !== 201) throw new Error(`POST ${question.path}: ${body}`);
      made.push(answer);
    }
    process.send?.(made);
  });
  // Whoever started us is gone.
  process.on('disconnect', () => process.exit(0));
  process.send?.({ kubeconfig: stringify(config) });
}

function uidOf(body: Buffer): string | undefined {
  return body.length === 0 ? undefined : JSON.parse(body.toString()).preconditions?.uid;
}

/** A port behind which another one lies `latency` ms away. What was sent arrives, also when its sender has died since. */
async function away(to: number, latency: number): Promise<{ port: number; pending(): number }> {
  let pending = 0;
  const carry = (from: Socket, onto: Socket) => {
    const later = (work: () => void) => {
      pending++;
      setTimeout(() => {
        pending--;
        work();
      }, latency);
    };
    from.on('data', (chunk) => later(() => onto.writable && onto.write(chunk)));
    from.on('close', () => later(() => onto.end()));
    from.on('error', () => from.destroy());
  };
  const relay = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return { port: (relay.address() as AddressInfo).port, pending: () => pending };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2]));
