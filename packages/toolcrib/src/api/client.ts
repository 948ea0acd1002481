import { request } from 'node:http';
import { z } from 'zod';
import { type Hold, ToolcribError, type ToolcribErrorCode } from '../model/index.ts';
import {
  type AnswerBody,
  faultSchema,
  type GuardStatus,
  type RunTokenBody,
  type RunTokens,
  runTokensSchema,
  statusSchema,
} from './schema.ts';

/** A hold as the API gives it; the guard of the same version wrote it, so only its frame is checked. */
const holdSchema = z
  .looseObject({ code: z.string(), actId: z.string() })
  .transform((hold) => hold as unknown as Hold);

/**
 * Speaks with the guard on this machine.
 * @param timeout milliseconds without an answer
 * @throws ToolcribError `not-running` where nobody answers; what the guard says otherwise
 */
export function guardClient(socketPath: string, timeout = 10_000) {
  const call = async <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> => {
    const { status, text } = await send(socketPath, timeout, method, path, body);
    if (status < 400) return schema.parse(text === '' ? undefined : JSON.parse(text));
    const fault = faultSchema.parse(JSON.parse(text));
    throw new ToolcribError(fault.code as ToolcribErrorCode, fault.message, { next: fault.next });
  };
  return {
    status: (): Promise<GuardStatus> => call('GET', '/v1/status', statusSchema),
    holds: (): Promise<Hold[]> => call('GET', '/v1/holds', z.array(holdSchema)),
    hold: (code: string): Promise<Hold> => call('GET', `/v1/holds/${encodeURIComponent(code)}`, holdSchema),
    answer: (code: string, body: AnswerBody): Promise<Hold> =>
      call('POST', `/v1/holds/${encodeURIComponent(code)}/answer`, holdSchema, body),
    mint: (body: RunTokenBody): Promise<RunTokens> => call('POST', '/v1/tokens', runTokensSchema, body),
    revoke: (id: string): Promise<void> =>
      call('DELETE', `/v1/tokens/${encodeURIComponent(id)}`, z.undefined()),
    stop: (): Promise<void> => call('POST', '/v1/stop', z.undefined()),
  };
}

export type GuardClient = ReturnType<typeof guardClient>;

function send(
  socketPath: string,
  timeout: number,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const call = request({ socketPath, method, path, headers, timeout }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    let silent = false;
    call.on('timeout', () => {
      silent = true;
      call.destroy(new Error(`no answer within ${timeout / 1000} s`));
    });
    call.on('error', (cause) =>
      reject(
        new ToolcribError('not-running', `The guard does not answer (${cause.message}).`, {
          next: silent
            ? 'It is there, and busy or stuck. Ask again; if it stays so: toolcrib guard stop, then toolcrib guard start'
            : 'Start it: toolcrib guard start',
          cause,
        }),
      ),
    );
    call.end(payload);
  });
}
