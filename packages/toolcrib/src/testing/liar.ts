import { createServer, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { openUpstream, type Upstream } from '@toolcrib/guard/cluster';
import { parse } from 'yaml';

/** What stands for an answer: a status from 100 to 599, or no answer at all. */
export type Lie =
  | number
  | 'reset'
  | 'silence'
  | 'truncated'
  | 'garbage'
  | 'log-in page'
  | 'empty list'
  | 'other kind';

/** When what was asked is carried out: not at all, before the lie is told, or only once `release` is called. */
export type Point = 'never' | 'before' | 'later';

interface Told {
  /** The lie was told (to this many requests). */
  times: number;
  /** Requests that it could have been told to, by now. */
  seen(): number;
  /** Carries out what was put off. Resolves when it is done. */
  release(): Promise<void>;
}

export interface Liar {
  upstream: Upstream;
  /**
   * Lies about one write (anything but GET and questions about rights) whose path contains `part`, or about one read.
   * @param nth of them, from 1; 0 for none, which only counts them (`Told.seen`)
   * @param reads what is lied about is a read: a GET or LIST, or a question that is asked as a dry run
   * @param honest the lie looks like the API server's own Status, with the reason that belongs to it
   * @param onLie called before the lie leaves
   */
  lieAbout(
    part: string,
    plan: { nth: number; lie: Lie; point: Point; honest: boolean; reads?: boolean; onLie?: () => void },
  ): Told;
  /** Nothing more is lied about. */
  truthful(): void;
  close(): Promise<void>;
}

interface Plan {
  part: string;
  nth: number;
  lie: Lie;
  point: Point;
  honest: boolean;
  reads?: boolean;
  onLie?: () => void;
  seen: number;
  put: (() => Promise<unknown>)[];
  told: Told;
  sockets: Socket[];
}

const RIGHTS = /selfsubject/;
const DRY_RUN = /dryRun=/;

/** A load balancer before a cluster that answers in its place. @param kubeconfig of the cluster, with a token */
export async function startLiar(kubeconfig: string): Promise<Liar> {
  const { clusters, users } = parse(kubeconfig);
  const { server: address, 'certificate-authority-data': ca } = clusters[0].cluster;
  const token: string = users[0].user.token;
  const plans = new Set<Plan>();

  const behind = (incoming: IncomingMessage, body: Buffer) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      const { connection: _, host: __, ...headers } = incoming.headers;
      const call = request(
        new URL(incoming.url ?? '/', address),
        {
          method: incoming.method,
          ca: Buffer.from(ca, 'base64'),
          headers: { ...headers, authorization: `Bearer ${token}` },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 500,
              headers: { 'content-type': answer.headers['content-type'] },
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      call.on('error', reject);
      call.end(body);
    });

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks);
      const url = incoming.url ?? '/';
      const read = incoming.method === 'GET' || DRY_RUN.test(url);
      const plan = RIGHTS.test(url)
        ? undefined
        : [...plans].find(({ part, reads = false }) => reads === read && url.includes(part));
      if (plan && ++plan.seen === plan.nth) {
        if (plan.point === 'before') await behind(incoming, body);
        if (plan.point === 'later') plan.put.push(() => behind(incoming, body));
        plan.onLie?.();
        plan.told.times++;
        plan.sockets.push(incoming.socket);
        return tell(incoming.socket, plan.lie, plan.honest);
      }
      const answer = await behind(incoming, body).catch(() => undefined);
      if (!answer) return incoming.socket.destroy();
      response.writeHead(answer.status, {
        ...(answer.headers as object),
        'content-length': answer.body.length,
      });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const upstream = openUpstream({
    name: 'prod',
    clusterName: 'prod',
    cluster: { server: url.href },
    user: { token },
  } as never);
  return {
    upstream,
    lieAbout(part, asked) {
      const put: Plan['put'] = [];
      const told: Told = {
        times: 0,
        seen: () => plan.seen,
        async release() {
          for (const work of put.splice(0)) await work();
        },
      };
      const plan: Plan = { ...asked, part, seen: 0, put, told, sockets: [] };
      plans.add(plan);
      return told;
    },
    truthful: () => plans.clear(),
    async close() {
      await upstream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The reasons that the API server itself would give. */
const REASONS: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const EMPTY_LIST = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  metadata: { resourceVersion: '1' },
  items: [],
});
const OTHER_KIND = JSON.stringify({
  apiVersion: 'example.com/v1',
  kind: 'Elsewhere',
  metadata: { name: 'elsewhere', uid: 'u-elsewhere' },
  spec: {},
});

function tell(socket: Socket, lie: Lie, honest: boolean): void {
  const page = '<html><body>somebody else has answered</body></html>';
  switch (lie) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'silence':
      return;
    case 'garbage':
      socket.end('\u0016\u0003\u0001 this is no HTTP\r\n\r\n');
      return;
    case 'truncated':
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4096\r\n\r\n');
      setTimeout(() => socket.destroy(), 5);
      return;
    case 'log-in page':
      socket.end(whole(200, 'text/html', page));
      return;
    case 'empty list':
      socket.end(whole(200, 'application/json', EMPTY_LIST));
      return;
    case 'other kind':
      socket.end(whole(200, 'application/json', OTHER_KIND));
      return;
  }
  if (lie < 200) {
    // Nothing comes after it.
    socket.write(
      `HTTP/1.1 ${lie} Whatever\r\n${lie === 101 ? 'Connection: Upgrade\r\nUpgrade: x\r\n' : ''}\r\n`,
    );
    setTimeout(() => socket.destroy(), 5);
    return;
  }
  if (!honest) {
    socket.end(whole(lie, 'text/html', page));
    return;
  }
  const reason = REASONS[lie];
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'no',
    code: lie,
  };
  socket.end(whole(lie, 'application/json', JSON.stringify({ ...status, ...(reason ? { reason } : {}) })));
}

function whole(status: number, type: string, text: string): string {
  const bare = status === 204 || status === 304;
  const body = bare ? '' : text;
  const length = bare ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status} Whatever\r\nContent-Type: ${type}\r\n${length}Connection: close\r\n\r\n${body}`;
}
