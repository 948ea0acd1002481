import { SELF_TEST_PATH } from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import type { Admission } from './admit.ts';

const NONCE = /^nonce=([0-9a-f]{1,64})$/;

/**
 * The door's own answer to the question whether a request arrives here: it never goes on to a cluster. Whoever sent the
 * nonce knows from it that this guard got it, and for which context.
 * @returns undefined for every other request
 */
export function selfTest(
  method: string | undefined,
  { path, query, grant }: Pick<Extract<Admission, { admitted: true }>, 'path' | 'query' | 'grant'>,
): Extract<Instruction, { do: 'answer' }> | undefined {
  if (method !== 'GET' || path !== SELF_TEST_PATH) return undefined;
  const body = { kind: 'ToolcribSelfTest', context: grant.context, nonce: NONCE.exec(query)?.[1] ?? '' };
  return { do: 'answer', status: 200, type: 'application/json', body: JSON.stringify(body), warnings: [] };
}
