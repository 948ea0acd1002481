import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:tls';
import type { AskedRequest, Instruction, LeaseEnd, Outcome, RequestHandler } from '../../request.ts';
import { testCertificate } from '../../testing/door-certificate.ts';
import { recordingUpstream } from '../../testing/recording-upstream.ts';
import { openDoor } from '../door.ts';
import { tokenTable } from '../tokens.ts';

export const AUTH = { authorization: 'Bearer secret-of-prod' };

/**
 * A door with a token for each of two contexts, clusters that write down what they get, and a handler that says what it is told
 * to. `prod` answers a watch with one event after 300 ms.
 */
export async function openedDoor() {
  const judged: AskedRequest[] = [];
  const outcomes: Outcome[] = [];
  const gone: string[] = [];
  const said: { instruction: Instruction; lease: LeaseEnd | undefined } = {
    instruction: { do: 'forward', warnings: [] },
    lease: undefined,
  };
  const handler: RequestHandler = {
    judge: async (request) => {
      judged.push(request);
      return said.instruction;
    },
    settled: (_id, outcome) => outcomes.push(outcome),
    gone: (id) => gone.push(id),
    left: () => undefined,
    noticed: () => undefined,
    watchesCreates: () => false,
  };
  const upstream = await recordingUpstream((request, response, body) => {
    if (request.url?.includes('watch=true')) {
      response.writeHead(200, { 'content-type': 'application/json', warning: '299 - "theirs"' });
      response.flushHeaders();
      const timer = setTimeout(() => response.write('{"type":"ADDED"}\n'), 300);
      response.on('close', () => clearTimeout(timer));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ echoed: body }));
  });
  const other = await recordingUpstream();
  const certificate = await testCertificate();
  const { cert } = certificate;
  const tokens = tokenTable();
  tokens.add('secret-of-prod', { id: 't1', context: 'prod', person: 'aiko' });
  tokens.add('secret-of-test', { id: 't2', context: 'test', person: 'aiko' });
  let id = 0;
  const door = await openDoor({
    port: 0,
    tls: certificate,
    tokens,
    upstreamFor: async (context) => (context === 'prod' ? upstream.upstream : other.upstream),
    handler,
    requestId: () => `req-${++id}`,
    lease: () => said.lease,
  });
  function ask(path: string, options: RequestOptions & { body?: string } = {}) {
    return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        const { body, headers = AUTH, ...rest } = options;
        // Node frames no body of a DELETE by itself.
        const framed =
          body === undefined
            ? headers
            : { ...(headers as object), 'content-length': Buffer.byteLength(body) };
        const call = httpsRequest(
          {
            host: '127.0.0.1',
            servername: 'localhost',
            port: door.port,
            path,
            ca: cert,
            headers: framed,
            ...rest,
          },
          (response) => {
            let text = '';
            response.on('data', (chunk) => {
              text += chunk;
            });
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
            );
          },
        );
        call.on('error', reject);
        call.end(body);
      },
    );
  }

  /** Writes bytes that no HTTP library would send; `later` once something was answered. */
  function raw(text: string, later?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: door.port, ca: cert }, () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        if (answer === '' && later) {
          socket.write(later);
          setTimeout(() => socket.destroy(), 300);
        }
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  return {
    door,
    cert,
    handler,
    upstream,
    other,
    judged,
    outcomes,
    gone,
    said,
    ask,
    raw,
    /** As if nothing had been asked yet. */
    clear() {
      for (const list of [upstream.got, upstream.upgrades, other.got, judged, outcomes, gone])
        list.length = 0;
      said.instruction = { do: 'forward', warnings: [] };
      said.lease = undefined;
    },
    async close() {
      await door.close();
      await upstream.close();
      await other.close();
    },
  };
}
