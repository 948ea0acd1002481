import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createFront, type Socket } from 'node:net';
import { messageOf } from '@toolcrib/model';
import { needsJudgement } from '../effects/needs-judgement.ts';
import { failure } from '../status.ts';
import { admitAgain } from './admit-again.ts';
import { answerStatus, answerWith } from './answer.ts';
import { createWatch, isEndless, notice } from './asked.ts';
import { forward } from './forward.ts';
import { judged } from './judged.ts';
import { listen } from './listen.ts';
import type { DoorOptions, Within } from './options.ts';
import { bodyRoom } from './room.ts';
import { selfTest } from './self-test.ts';
import { keyOf, strangers } from './strangers.ts';
import { type Granted, type Passage, traffic } from './traffic.ts';
import { answerAndClose, refuse } from './turn-away.ts';
import { upgraded } from './upgraded.ts';

export type { DoorLimits, DoorOptions } from './options.ts';

export interface Door {
  port: number;
  /** A token is worth nothing any more: the connections that it opened are closed. */
  cut(grant: Granted): void;
  /** Requests under way that have an end of their own: no watches, no tunnels. */
  underWay(): number;
  /** Lets nobody in, and what is under way come to its end, for so long (ms) at most. */
  drain(limit: number): Promise<void>;
  /** At once. */
  close(): Promise<void>;
}

/**
 * Opens the door: TLS on loopback, HTTP/1.1.
 * @throws ToolcribError `port-in-use`
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const server = createServer({
    ...options.tls,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
  }) as unknown as Server;
  // Watches and held requests are quiet for long; the cluster's own limits apply.
  server.requestTimeout = 0;
  server.timeout = 0;
  server.keepAliveTimeout = 120_000;
  // In front of TLS: whom nobody knows yet costs a place there, and a place is free again soon.
  const front = createFront({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    waiting.arrived(socket, () => server.emit('connection', socket));
  });
  const waiting = strangers(options.limits?.strangers);
  const inside = traffic();
  server.on('secureConnection', (socket: Socket) => {
    inside.arrived(socket);
    const { remotePort } = socket;
    if (remotePort !== undefined) socket.once('close', () => options.handler.left(remotePort));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const port = await listen(front, options.port);
  const door: DoorOptions & Within = {
    ...options,
    room: bodyRoom(options.limits?.room),
    inside,
    known(socket, grant) {
      waiting.known(keyOf(socket));
      inside.belongs(socket, grant);
    },
  };
  server.on('request', (request, response) => {
    const passage = inside.begins(request.socket, response);
    serve(request, response, port, door, passage)
      .catch((error: unknown) => {
        options.log?.('request failed', { error: String(error) });
        answerStatus(
          response,
          failure(500, `toolcrib: the guard failed on this request (${messageOf(error)}). Nothing was sent.`),
        );
      })
      .finally(() => passage.over());
  });
  server.on('upgrade', (request, socket, head) => {
    upgraded(request, socket, head, port, door).catch((error: unknown) => {
      if (socket.writable) refuse(socket, 502, `toolcrib: ${messageOf(error)}`);
    });
  });
  const shut = (): Promise<void> => {
    const done = new Promise<void>((resolve) => {
      front.close(() => resolve());
    });
    waiting.close();
    return done;
  };
  return {
    port,
    cut: (grant) => inside.cut(grant),
    underWay: () => inside.count(),
    async drain(limit) {
      const done = shut();
      await inside.drain(limit);
      await done;
    },
    async close() {
      const done = shut();
      inside.close();
      await done;
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  options: DoorOptions & Within,
  passage: Passage,
) {
  const admission = await admitAgain(request, port, options);
  if (!admission.admitted) {
    options.log?.('refused at the door', { status: admission.status.code, why: admission.status.message });
    return answerAndClose(request, response, admission.status);
  }
  const { path, query, grant } = admission;
  if (options.inside.ending) {
    const status = failure(503, 'toolcrib: the guard is being stopped. Nothing was sent.');
    return answerAndClose(request, response, status);
  }
  options.known(request.socket, grant);
  const echo = selfTest(request.method, admission);
  if (echo) return answerWith(response, echo, []);
  if (
    !needsJudgement(request.method ?? 'GET', admission.target, query, createWatch(admission, options.handler))
  ) {
    notice(request, admission, options.handler);
    const outcome = await forward(request, response, await options.upstreamFor(grant.context), {
      path,
      query,
      body: request,
      warnings: [],
      endless: isEndless(admission) ? passage.endless : undefined,
    });
    if ('failed' in outcome) options.log?.('not forwarded', { path, why: outcome.failed });
    return;
  }
  await judged(request, response, admission, options);
}
