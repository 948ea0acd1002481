import { once } from 'node:events';
import { request as call, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import type { Outcome } from '../../request.ts';
import { recordingUpstream } from '../../testing/recording-upstream.ts';
import { forward } from '../forward.ts';
import type { DoorUpstream } from '../upstream.ts';

/** What a test says: how the cluster answers, and what is done with a request at the door. */
export const says = {} as {
  answers(request: IncomingMessage, response: ServerResponse): void;
  way(request: IncomingMessage, response: ServerResponse): Promise<Outcome>;
};

type What = Parameters<typeof forward>[3];
/** The cluster, and what it got. */
export let upstream: Awaited<ReturnType<typeof recordingUpstream>>;
/** How each request at the door ended. */
export const outcomes: (Outcome | Error)[] = [];
export const door = createServer((request, response) => {
  says.way(request, response).then(
    (outcome) => outcomes.push(outcome),
    (error: Error) => outcomes.push(error),
  );
});
before(async () => {
  upstream = await recordingUpstream((request, response) => says.answers(request, response));
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
});
after(async () => {
  door.closeAllConnections();
  door.close();
  await upstream.close();
});

/** Through `forward`, with that instruction; what the client got, what the cluster got, and the outcome. */
export async function through(
  what: Partial<What> | ((request: IncomingMessage) => Partial<What>),
  send: { method?: string; body?: string; headers?: Record<string, string | number> } = {},
  at: Partial<DoorUpstream> = {},
) {
  outcomes.length = 0;
  upstream.got.length = 0;
  says.way = (request, response) =>
    forward(request, response, { ...upstream.upstream, ...at } as DoorUpstream, {
      path: '/api/v1/pods',
      query: '',
      body: request,
      warnings: [],
      ...(typeof what === 'function' ? what(request) : what),
    });
  const { port } = door.address() as AddressInfo;
  const { method = 'GET', body, headers = {} } = send;
  const asked = call({ host: '127.0.0.1', port, method, headers });
  asked.end(body);
  // A connection that is cut may take an answer's beginning along.
  const [response] = (await once(asked, 'response').catch(() => [asked])) as [IncomingMessage];
  let text = '';
  let cut = false;
  response.on('data', (part) => {
    text += part;
  });
  if (response === (asked as unknown)) cut = true;
  else
    await new Promise<void>((done) => {
      response.on('end', done).on('error', () => {
        cut = true;
        done();
      });
    });
  while (outcomes.length === 0) await new Promise((done) => setImmediate(done));
  return { response, status: response.statusCode, text, cut, outcome: outcomes[0], got: upstream.got };
}
/** An answer of the cluster. */
export const json =
  (status: number, object: object, more: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(JSON.stringify(object));
  };
export const POD = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p' } };
export const STATUS = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message: 'x',
});
/** Bytes that go out in the place of what came. */
export const bytes = (text: string, type?: string) => ({
  body: { bytes: Buffer.from(text), ...(type ? { type } : {}) },
});
