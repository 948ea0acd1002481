import { ApiError, badRequest } from '../apimachinery/api-error.ts';
import { goJsonError } from './json-errors.ts';

/** Where a paged list goes on: the version it is read at (-1: whatever is there now) and the first key. */
export interface ContinueToken {
  rv: number;
  start: string;
}

export function encodeContinue({ rv, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url');
}

/** @throws ApiError 400 */
export function parseContinue(text: string): ContinueToken {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (v !== 'meta.k8s.io/v1')
      throw new Error(`continue key is not valid: server does not recognize this encoded version "${v}"`);
    if (!Number.isInteger(rv) || typeof start !== 'string') throw new Error('continue key is not valid');
    return { rv, start };
  } catch (error) {
    // Byte by byte, as Go reads it.
    const decoded = Buffer.from(text, 'base64url').toString('latin1');
    const why = error instanceof SyntaxError ? goJsonError(decoded) : (error as Error).message;
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
  }
}

/** 410 with a token by which a client may go on at the present state all the same. */
export function tooOldToContinue(token: string, continues: boolean): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: continues ? { continue: token } : {},
    status: 'Failure',
    message: continues
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
      : 'The resourceVersion for the provided list is too old.',
    reason: 'Expired',
    code: 410,
  });
}
