import { request } from 'node:http';
import { userInfo } from 'node:os';
import { type Hold, ToolcribError, type ToolcribErrorCode } from '@toolcrib/model';
import { z } from 'zod';
import {
  type AnswerBody,
  faultSchema,
  type GuardStatus,
  type RunTokenBody,
  type RunTokens,
  runTokensSchema,
  statusSchema,
  unknownCode,
} from './schema.ts';
import { authorizationFor, reach } from './socket.ts';
import { ASKER, openWitness } from './witness.ts';

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
    holds: (): Promise<Hold[]> => call('GET', '/v1/holds?closed=true', z.array(holdSchema)),
    hold: async (code: string): Promise<Hold> => call('GET', pathOf(code), holdSchema),
    answer: async (code: string, body: AnswerBody): Promise<Hold> =>
      call('POST', `${pathOf(code)}/answer`, holdSchema, { ...body, by: ownName() }),
    /** Tokens for a run, good for as long as the connection stands. */
    run: (body: RunTokenBody): Promise<LiveRun> => openRun(socketPath, timeout, body),
  };
}

/** For a guard of 0.1.0, which is still running: it takes no answer without a name. Later ones don't hear it. */
const ownName = (): string => userInfo().username;

/** No code has other letters; and a path with none, or with dots alone, names something else. */
function pathOf(code: string): string {
  if (!/^[a-z0-9-]+$/i.test(code)) throw unknownCode(code);
  return `/v1/holds/${code}`;
}

/** A run that the guard knows. */
export interface LiveRun extends RunTokens {
  /** Resolves when the connection is gone, from either side: then its tokens are worth nothing any more. */
  gone: Promise<void>;
  /** Lets go of it. */
  end(): Promise<void>;
}

export type GuardClient = ReturnType<typeof guardClient>;

async function send(
  socketPath: string,
  timeout: number,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const witness = payload === undefined ? undefined : await openWitness(path + payload);
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const way = reach(socketPath);
    const authorization = authorizationFor(socketPath);
    const headers =
      payload === undefined
        ? {}
        : {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(payload),
            [ASKER]: witness?.header,
          };
    const call = request(
      { socketPath: way.path, method, path, headers: { ...headers, authorization }, agent: false, timeout },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      },
    );
    call.once('close', way.leave);
    let silent = false;
    call.on('timeout', () => {
      silent = true;
      call.destroy(new Error(`no answer within ${timeout / 1000} s`));
    });
    call.on('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ToolcribError('not-running', `The guard does not answer (${whyNot(cause)}).`, {
          next: silent
            ? 'It is there, and busy or stuck. Ask again; if it stays so: toolcrib guard stop, then toolcrib guard start'
            : 'Start it: toolcrib guard start',
          cause,
        }),
      ),
    );
    call.end(payload);
  }).finally(() => witness?.close());
}

/** In a person's words where it is just not there. */
function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'it was stopped';
  return code === 'ECONNREFUSED' ? 'it has ended, and nobody has stopped it' : message;
}

async function openRun(socketPath: string, timeout: number, body: RunTokenBody): Promise<LiveRun> {
  const path = '/v1/runs';
  const payload = JSON.stringify({ ...body, person: ownName() });
  const witness = await openWitness(path + payload);
  return new Promise<LiveRun>((resolve, reject) => {
    const way = reach(socketPath);
    const authorization = authorizationFor(socketPath);
    const headers = {
      authorization,
      [ASKER]: witness.header,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const options = { socketPath: way.path, method: 'POST', path, headers, agent: false };
    const fail = (why: string, cause?: unknown) =>
      reject(
        new ToolcribError('not-running', `The guard does not answer (${why}).`, {
          next: 'Start it: toolcrib guard start',
          cause,
        }),
      );
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    const call = request(options, (response) => {
      const gone = new Promise<void>((ended) => response.once('close', ended));
      const end = (): Promise<void> => {
        call.destroy();
        return gone;
      };
      let text = '';
      response.on('error', () => undefined);
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (!text.includes('\n') && response.statusCode === 200) return;
        clearTimeout(timer);
        try {
          if (response.statusCode === 200)
            return resolve({ ...runTokensSchema.parse(JSON.parse(text)), gone, end });
          const fault = faultSchema.parse(JSON.parse(text));
          reject(new ToolcribError(fault.code as ToolcribErrorCode, fault.message, { next: fault.next }));
        } catch (error) {
          fail('its answer can not be read', error);
        }
      });
    });
    call.once('close', () => {
      clearTimeout(timer);
      way.leave();
      fail('it closed the connection');
    });
    call.on('error', (error) => fail(whyNot(error), error));
    call.end(payload);
  }).finally(() => witness.close());
}
