import { ToolcribError, type ToolcribErrorCode } from '@toolcrib/model';
import { ZodError, z } from 'zod';

/** What a client is told of an error. */
export interface Fault {
  status: 400 | 404 | 409 | 413 | 500 | 502 | 503;
  code: ToolcribErrorCode;
  message: string;
  next?: string;
}

/** Errors that are no fault of the guard's; all others are a 500. */
const STATUS: Partial<Record<ToolcribErrorCode, Fault['status']>> = {
  usage: 400,
  'bad-file': 400,
  'no-kubeconfig': 400,
  'unknown-context': 404,
  'not-found': 404,
  conflict: 409,
  overdue: 409,
  'too-large': 413,
  credentials: 502,
  unreachable: 502,
  api: 502,
  limit: 503,
  'not-running': 503,
  unsettled: 503,
};

/**
 * Whatever was thrown, as a client gets it. Only what toolcrib itself says, and what is wrong with the input, is told in
 * its own words.
 * @param log told of what nobody foresaw
 */
export function faultOf(
  error: unknown,
  log: (line: string, detail: Record<string, unknown>) => void = () => undefined,
): Fault {
  if (error instanceof ToolcribError) {
    const { code, message, next } = error;
    return { status: STATUS[code] ?? 500, code, message, ...(next === undefined ? {} : { next }) };
  }
  if (error instanceof ZodError) return { status: 400, code: 'usage', message: z.prettifyError(error) };
  log('what was asked for failed, and nobody foresaw how', {
    why: (error instanceof Error && error.stack) || String(error),
  });
  return {
    status: 500,
    code: 'internal',
    message: 'This should not have happened, so nothing could be told: neither yes nor no.',
    next: "The guard's own log says more. Please report it.",
  };
}

/** A body's JSON. @throws ToolcribError `usage` */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ToolcribError('usage', 'The body is no JSON.', { cause });
  }
}
