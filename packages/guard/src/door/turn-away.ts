import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Status } from '@toolcrib/kube';
import { plainAnswer } from './upgrade.ts';

/** Long enough for the answer to arrive. Milliseconds. */
const LINGER = 1000;
/** So much of a body that is not wanted is read (bytes), so that its client comes to read the answer. */
const READ_ON = 8 * 1024 * 1024;
/** And for so long, however slowly it comes. Milliseconds. */
const LONGEST = 10_000;

/**
 * Answers a request that is still being sent, and lets go of its connection. Closed at once, what is still unread would
 * make the kernel reset it, and the answer could be lost on its way.
 */
export function answerAndClose(request: IncomingMessage, response: ServerResponse, status: Status): void {
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
export function refuse(socket: Duplex, status: number, message: string): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(plainAnswer(status, message));
  setTimeout(() => socket.destroy(), LINGER).unref();
}
