import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, neverConnected } from '@toolcrib/model';
import type { Dispatcher } from 'undici';
import type { Answered, Outcome, Said } from '../request.ts';
import { failure } from '../status.ts';
import { answerStatus, answerWith, returnedHeaders, unreachable } from './answer.ts';
import { ENOUGH, saidBy } from './said.ts';
import { type DoorUpstream, forwardedHeaders, upstreamPath } from './upstream.ts';

/**
 * Sends a request on and streams the answer back, unbuffered: a watch's headers leave at once, each chunk as it comes.
 * The upstream request is aborted when the client goes.
 *
 * @param body the request's own stream, or bytes that replace it
 * @returns the status that the cluster answered, or why there was none (the client has then got a 502)
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: DoorUpstream,
  what: {
    path: string;
    query: string;
    body: IncomingMessage | { bytes: Uint8Array; type?: string };
    warnings: string[];
    /** Not sent any more from then on, as far as that is known when it would be sent. Milliseconds since 1970. */
    until?: () => number;
    /** A certain 409 is not passed on, and nothing is answered: the caller has more to do. */
    untoldConflict?: boolean;
    /** Told how to end an answer that has no end of its own, in order. */
    endless?: (finish: () => void) => void;
  },
): Promise<Outcome> {
  // What was judged and is on its way is followed to its end, so that the journal knows what became of it.
  const judged = 'bytes' in what.body;
  const aborted = judged ? undefined : new AbortController();
  const stop = () => {
    if (!response.writableFinished) aborted?.abort();
  };
  if (aborted) response.once('close', stop);
  if (response.destroyed) stop();
  let answer: Dispatcher.ResponseData;
  let refused = false;
  try {
    answer = await send(request, upstream, what, aborted?.signal);
    const replayable = judged || bodyOf(request) === null;
    if (answer.statusCode === 401 && upstream.rejected() && replayable) {
      // The cluster refused these credentials before it did anything; a plugin may have better ones by now.
      refused = true;
      await answer.body.dump();
      answer = await send(request, upstream, what, aborted?.signal);
    }
  } catch (error) {
    const why = messageOf(error);
    if (error instanceof TooLate) {
      answerStatus(response, failure(503, `toolcrib: ${why}. Nothing was sent; send it again.`));
      return { notSent: why };
    }
    if (!aborted?.signal.aborted) answerWith(response, unreachable(upstream.url, why), []);
    // A first try was answered: that it was a refusal nobody but its sender knows.
    if (!refused && neverConnected(error)) return { notSent: why };
    return { failed: aborted?.signal.aborted ? 'the client went before the cluster answered' : why };
  }
  if (judged) return passOn(answer, response, what);
  response.writeHead(answer.statusCode, returnedHeaders(answer.headers, what.warnings));
  response.flushHeaders();
  what.endless?.(() => {
    answer.body.unpipe(response);
    response.end(() => answer.body.destroy());
  });
  try {
    await pipeline(answer.body, response);
  } catch {
    // Either side went in mid-stream: pipeline has closed both; the status stands all the same.
  }
  return { status: answer.statusCode, said: 'unknown' };
}

/** The guard's lease has ended by which this was to go. */
class TooLate extends Error {
  override message = 'this guard stood still, and another may have taken this over';
}

const CONFLICT = 409;

/**
 * Passes on the answer to what was judged, as soon as it can be told who gave it: it is small, and goes out in one piece. Of a
 * long one the rest is streamed.
 */
async function passOn(
  answer: Dispatcher.ResponseData,
  response: ServerResponse,
  { warnings, untoldConflict }: { warnings: string[]; untoldConflict?: boolean },
): Promise<Answered> {
  const { statusCode: status, headers } = answer;
  const { chunks, end } = await beginning(answer.body);
  const head = Buffer.concat(chunks);
  const said = saidOf(answer, head.subarray(0, ENOUGH), end === 'whole');
  if (untoldConflict && status === CONFLICT && said === 'no') return { status, said, untold: true };
  if (response.destroyed) {
    answer.body.destroy();
    return { status, said };
  }
  response.writeHead(status, returnedHeaders(headers, warnings));
  if (end === 'whole') response.end(head);
  else {
    response.write(head);
    if (end === 'broken') response.destroy();
    // Either side may go in mid-stream: pipeline closes both; the status stands all the same.
    else await pipeline(answer.body, response).catch(() => undefined);
  }
  return { status, said };
}

/** What an answer begins with: to its end, or as far as a Status that says no can go. */
async function beginning(body: Readable): Promise<{ chunks: Buffer[]; end: 'whole' | 'more' | 'broken' }> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > ENOUGH) return { chunks, end: 'more' };
    }
    return { chunks, end: 'whole' };
  } catch {
    return { chunks, end: 'broken' };
  }
}

function saidOf(
  { statusCode: status, headers }: Dispatcher.ResponseData,
  head: Buffer,
  whole: boolean,
): Said {
  const [contentType, encoding] = [headers['content-type'], headers['content-encoding']].map((value) =>
    value === undefined ? undefined : String(value),
  );
  return saidBy({ status, contentType, encoding }, head, whole);
}

async function send(
  request: IncomingMessage,
  upstream: DoorUpstream,
  {
    path,
    query,
    body,
    until,
  }: {
    path: string;
    query: string;
    body: IncomingMessage | { bytes: Uint8Array; type?: string };
    until?: () => number;
  },
  signal: AbortSignal | undefined,
): Promise<Dispatcher.ResponseData> {
  const replaced: Record<string, string> = 'bytes' in body && body.type ? { 'Content-Type': body.type } : {};
  const headers = forwardedHeaders(request.rawHeaders, await upstream.headers(), replaced);
  // Credentials may have taken their time, in which a guard that lives has renewed its lease. One that stood still has not.
  if (until !== undefined && Date.now() >= until()) throw new TooLate();
  const common = {
    origin: upstream.url.origin,
    path: upstreamPath(upstream, path, query),
    method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
    ...(signal ? { signal } : {}),
  };
  if (!('bytes' in body)) return upstream.agent.request({ ...common, headers, body: bodyOf(body) });
  const bytes = body.bytes.length > 0 ? Buffer.from(body.bytes) : null;
  const own = withLength(headers, body.bytes, body.type !== undefined);
  // undici would give up its connection after each DELETE with a body; an API server reads it to its end.
  const kept = request.method === 'DELETE' ? { reset: false } : {};
  return upstream.agent.request({ ...common, ...kept, headers: own, body: bytes });
}

/** A body only where one was announced: a GET with a body stream would be sent chunked, and servers differ on that. */
function bodyOf(request: IncomingMessage): IncomingMessage | null {
  const announced = request.headers['content-length'] ?? request.headers['transfer-encoding'];
  return announced === undefined || announced === '0' ? null : request;
}

/** @param replaced the bytes are ours: what the client said of its own does not hold for them */
function withLength(headers: string[], bytes: Uint8Array, replaced: boolean): string[] {
  const dropped = replaced ? ['content-length', 'content-encoding'] : ['content-length'];
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!dropped.includes(name.toLowerCase())) kept.push(name, headers[i + 1] ?? '');
  }
  return bytes.length > 0 ? [...kept, 'Content-Length', String(bytes.length)] : kept;
}
