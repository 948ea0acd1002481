import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { SELF_TEST_PATH } from '@toolcrib/model';
import { z } from 'zod';
import type { Taken } from './as-clients.ts';

const echoSchema = z.object({
  kind: z.literal('ToolcribSelfTest'),
  context: z.string(),
  nonce: z.string(),
});

export type Arrival = { arrived: true; label: string } | { arrived: false; why: string };

export const newNonce = (): string => randomBytes(16).toString('hex');

/** Whether an answer is the door's own, to this very question. */
export function echoIn(text: string, nonce: string): Arrival {
  try {
    const echo = echoSchema.parse(JSON.parse(text));
    return echo.nonce === nonce
      ? { arrived: true, label: echo.context }
      : { arrived: false, why: 'the answer is to another question' };
  } catch {
    return { arrived: false, why: 'what answered is not the guard’s door' };
  }
}

/**
 * Sends a request as a client with this kubeconfig would, and looks whether the guard got it. Only to an address on this
 * machine, and only with a token of ours: what leads elsewhere is known to go round without asking.
 */
export function arrives(taken: Taken, timeout = 5_000): Promise<Arrival> {
  const { server, token, ca } = taken;
  const url = server ? URL.parse(server) : null;
  if (url?.protocol !== 'https:' || url.hostname !== '127.0.0.1')
    return Promise.resolve({ arrived: false, why: `it goes to ${server ?? 'no address'}` });
  if (!token) return Promise.resolve({ arrived: false, why: 'it carries no token of the guard’s' });
  const nonce = newNonce();
  return new Promise((resolve) => {
    const call = request(
      {
        host: url.hostname,
        port: url.port || 443,
        path: `${url.pathname.replace(/\/$/, '')}${SELF_TEST_PATH}?nonce=${nonce}`,
        headers: { authorization: `Bearer ${token}`, 'user-agent': 'toolcrib-doctor' },
        ca,
        timeout,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(echoIn(Buffer.concat(chunks).toString(), nonce)));
        response.on('error', ({ message }) => resolve({ arrived: false, why: message }));
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    call.on('error', ({ message }) => resolve({ arrived: false, why: message }));
    call.end();
  });
}
