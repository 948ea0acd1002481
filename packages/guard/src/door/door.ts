import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createFront, type Server as Front, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Status } from '@toolcrib/kube';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { bodyNeedsJudgement, needsJudgement } from '../effects/needs-judgement.ts';
import type { AskedRequest, Brain, Outcome } from '../request.ts';
import { failure } from '../status.ts';
import { type Admission, admit } from './admit.ts';
import { announcedLength, BODY_LIMIT, BODY_TIME, readBody } from './body.ts';
import { answerStatus, answerWith, forward } from './forward.ts';
import { bodyRoom, type Room, type RoomLimits } from './room.ts';
import { selfTest } from './self-test.ts';
import { keyOf, type Patience, strangers } from './strangers.ts';
import type { TokenTable } from './tokens.ts';
import { type Granted, type Passage, type Traffic, traffic } from './traffic.ts';
import { mayUpgrade, plainAnswer, protocolOf, tunnel } from './upgrade.ts';
import type { UpstreamFor } from './upstream.ts';

export interface DoorOptions {
  /** 0 takes a free one. Always on 127.0.0.1. */
  port: number;
  tls: { key: string; cert: string };
  tokens: TokenTable;
  upstreamFor: UpstreamFor;
  brain: Brain;
  requestId: () => string;
  /** Reads the tokens again; asked for when one is not known. */
  refreshTokens?: () => Promise<void>;
  log?: (line: string, detail?: Record<string, unknown>) => void;
  /** Other ones than usual, for tests. */
  limits?: DoorLimits;
}

export interface DoorLimits {
  strangers?: Partial<Patience>;
  room?: Partial<RoomLimits>;
  /** For a body to come, in ms. */
  bodyTime?: number;
}

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

/** Long enough for the answer to arrive. Milliseconds. */
const LINGER = 1000;
/** So much of a body that is not wanted is read (bytes), so that its client comes to read the answer. */
const READ_ON = 8 * 1024 * 1024;
/** And for so long, however slowly it comes. Milliseconds. */
const LONGEST = 10_000;

type Admitted = Extract<Admission, { admitted: true }>;

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
    if (remotePort !== undefined) socket.once('close', () => options.brain.left(remotePort));
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
    upgrade(request, socket, head, port, door).catch((error: unknown) => {
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

/** What the steps of a request share. */
interface Within {
  room: Room;
  inside: Traffic;
  /** A connection has shown a good token. */
  known(socket: Socket, grant: Granted): void;
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
    !needsJudgement(request.method ?? 'GET', admission.target, query, createWatch(admission, options.brain))
  ) {
    notice(request, admission, options.brain);
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

/** A token that is not known yet may have been minted a moment ago, by `on` in another terminal. */
async function admitAgain(request: IncomingMessage, port: number, options: DoorOptions): Promise<Admission> {
  const admission = admit(request, port, options.tokens);
  if (admission.admitted || admission.status.code !== 401 || !request.headers.authorization) return admission;
  await options.refreshTokens?.();
  return admit(request, port, options.tokens);
}

/** The long way: the whole body is read, the brain decides where it may have to, and only then something is sent. */
async function judged(
  request: IncomingMessage,
  response: ServerResponse,
  admission: Admitted,
  options: DoorOptions & Within,
) {
  const { room, limits } = options;
  const tooLarge = () => {
    const status = failure(413, 'toolcrib: the body is larger than the API server takes (3 MiB).');
    return answerAndClose(request, response, status);
  };
  const announced = announcedLength(request);
  // One that says so itself waits for no place.
  if ((announced ?? 0) > BODY_LIMIT) return tooLarge();
  const place = await room.enter(admission.grant.context, announced, (leave) =>
    response.once('close', leave),
  );
  if (!place) {
    // client-go tries again by itself.
    response.setHeader('retry-after', '1');
    const status = failure(429, 'toolcrib: too many large bodies at once. Nothing was sent; send it again.');
    return answerAndClose(request, response, status);
  }
  try {
    const body = await readBody(request, limits?.bodyTime);
    if (body === 'too-slow') {
      const seconds = (limits?.bodyTime ?? BODY_TIME) / 1000;
      const status = failure(408, `toolcrib: the body did not come within ${seconds} s. Nothing was sent.`);
      return answerAndClose(request, response, status);
    }
    if (body === 'too-large') return tooLarge();
    place.needs(body.length);
    await judgedWith(request, response, admission, options, body);
  } finally {
    place.leave();
  }
}

async function judgedWith(
  request: IncomingMessage,
  response: ServerResponse,
  admission: Admitted,
  options: DoorOptions & Within,
  body: Uint8Array,
) {
  const { brain } = options;
  const asked = askedRequest(request, admission, body, options.requestId());
  // Asked only now: what is watched may be another by the time that a body has come.
  if (!bodyNeedsJudgement(asked, admission.target, createWatch(admission, brain)))
    return harmless(request, response, admission, options, body);
  let answered = false;
  response.once('close', () => {
    if (!answered) brain.gone(asked.id);
  });
  const instruction = await brain.judge(asked);
  answered = true;
  if (instruction.do === 'answer') return answerWith(response, instruction, instruction.warnings);
  const { judgedAs } = instruction;
  const id = judgedAs ?? asked.id;
  // The client may have gone while a person thought: what was held goes out only to one that still waits.
  if (response.destroyed) return brain.settled(id, { notSent: 'the client went before it was sent' });
  const upstream = await options.upstreamFor(admission.grant.context).catch((error: unknown) => {
    brain.settled(id, { notSent: messageOf(error) });
    throw error;
  });
  let outcome: Outcome;
  try {
    outcome = await forward(request, response, upstream, {
      path: instruction.path ?? admission.path,
      query: instruction.query ?? admission.query,
      body: instruction.body ?? { bytes: body },
      warnings: instruction.warnings,
      ...(judgedAs === undefined ? {} : { untoldConflict: true }),
    });
    brain.settled(id, outcome);
  } catch (error) {
    brain.settled(id, { failed: messageOf(error) });
    throw error;
  }
  // What it names is no longer what was seen: looked at as if nothing had been judged before. It has no pass any more.
  if ('untold' in outcome) await judgedWith(request, response, admission, options, body);
}

/** Byte for byte as it came, and without a word to the thread that judges: it may be busy for long, or stuck. */
async function harmless(
  request: IncomingMessage,
  response: ServerResponse,
  { grant, path, query }: Admitted,
  options: DoorOptions,
  bytes: Uint8Array,
) {
  if (response.destroyed) return;
  const upstream = await options.upstreamFor(grant.context);
  const outcome = await forward(request, response, upstream, { path, query, body: { bytes }, warnings: [] });
  if ('failed' in outcome) options.log?.('not forwarded', { path, why: outcome.failed });
}

async function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  port: number,
  options: DoorOptions & Within,
) {
  const admission = await admitAgain(request, port, options);
  if (!admission.admitted) {
    const { code = 403, message = 'refused' } = admission.status;
    refuse(socket, code, message);
    return;
  }
  if (options.inside.ending) {
    refuse(socket, 503, 'toolcrib: the guard is being stopped. Nothing was sent.');
    return;
  }
  options.known(request.socket, admission.grant);
  // A destructive request does not become harmless by asking for an upgrade, and nothing else has use for one.
  const { target, query: asked } = admission;
  const destructive = needsJudgement(
    request.method ?? 'GET',
    target,
    asked,
    createWatch(admission, options.brain),
  );
  const protocol = protocolOf(request);
  if (destructive || protocol === undefined || !mayUpgrade(target, asked)) {
    refuse(socket, 400, 'toolcrib: this request may not ask for an upgrade.');
    return;
  }
  const { path, query } = admission;
  const passage = options.inside.begins(request.socket);
  passage.endless(() => socket.end());
  socket.once('close', passage.over);
  await tunnel(request, socket, head, await options.upstreamFor(admission.grant.context), {
    path,
    query,
    protocol,
  });
}

/** Has no end of its own: a watch, a followed log, whatever an application streams. */
function isEndless({ target, query }: Admitted): boolean {
  if (target.type !== 'resource') return false;
  const asked = new URLSearchParams(query);
  const set = (name: string) => /^(1|true|t)$/i.test(asked.get(name) ?? '');
  return set('watch') || set('follow') || target.subresource?.startsWith('proxy') === true;
}

function createWatch({ target, grant }: Admitted, brain: Brain): boolean {
  if (target.type !== 'resource') return false;
  return brain.watchesCreates(grant.context, target.group, target.resource, target.namespace);
}

function notice(request: IncomingMessage, { grant, path, query, target }: Admitted, brain: Brain): void {
  const session = request.headers['kubectl-session'];
  if (typeof session !== 'string' || request.method !== 'GET' || target.type !== 'resource') return;
  const { remotePort: clientPort } = request.socket;
  brain.noticed({ context: grant.context, session, path, query, headers: passedOn(request), clientPort });
}

const PASSED_ON =
  /^(user-agent|accept|content-type|content-encoding|kubectl-session|kubectl-command|impersonate-.*)$/;

/** Node joins repeated headers with commas, which a group's name may hold: each value is kept apart. */
function passedOn(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headersDistinct).flatMap(([name, values]) =>
      PASSED_ON.test(name) && values !== undefined
        ? [[name, values.join(name.startsWith('impersonate-') ? '\n' : ', ')]]
        : [],
    ),
  );
}

function askedRequest(
  request: IncomingMessage,
  admission: Admitted,
  body: Uint8Array,
  id: string,
): AskedRequest {
  const { grant, path, query } = admission;
  const { context, person, tool, agent, id: tokenId } = grant;
  return {
    id,
    context,
    person,
    tokenId,
    tool,
    agent,
    method: request.method ?? 'GET',
    path,
    query,
    headers: passedOn(request),
    clientPort: request.socket.remotePort,
    body,
  };
}

function listen(server: Front, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        new ToolcribError(
          inUse ? 'port-in-use' : 'unreachable',
          `The guard can't listen on 127.0.0.1:${port}: ${error.message}`,
          {
            next: inUse
              ? `Find who has it (ss -ltnp | grep ${port}), or take a new port: toolcrib guard start --port 0`
              : undefined,
            cause: error,
          },
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Answers a request that is still being sent, and lets go of its connection. Closed at once, what is still unread would
 * make the kernel reset it, and the answer could be lost on its way.
 */
function answerAndClose(request: IncomingMessage, response: ServerResponse, status: Status): void {
  if (response.headersSent || response.destroyed) return;
  const timer = setTimeout(() => end(), LINGER).unref();
  const last = setTimeout(() => end(), LONGEST).unref();
  let left = READ_ON;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left <= 0) request.pause();
    else timer.refresh();
  });
  request.resume();
  const body = Buffer.from(JSON.stringify(status));
  const type = { 'content-type': 'application/json', 'content-length': body.length, connection: 'close' };
  response.writeHead(status.code ?? 500, type);
  response.write(body);
  const end = () => {
    clearTimeout(timer);
    clearTimeout(last);
    response.end();
  };
  if (request.readableEnded) end();
  else request.once('end', end);
}

/** Answers on a bare socket and lets go of it: what its client still sends is read and forgotten. */
function refuse(socket: Duplex, status: number, message: string): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(plainAnswer(status, message));
  setTimeout(() => socket.destroy(), LINGER).unref();
}
