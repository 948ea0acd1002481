import type { IncomingMessage } from 'node:http';
import { type Admission, admit } from './admit.ts';
import type { DoorOptions } from './options.ts';

/** A token that is not known yet may have been minted a moment ago, by `on` in another terminal. */
export async function admitAgain(
  request: IncomingMessage,
  port: number,
  options: Pick<DoorOptions, 'tokens' | 'refreshTokens'>,
): Promise<Admission> {
  const admission = admit(request, port, options.tokens);
  if (admission.admitted || admission.status.code !== 401 || !request.headers.authorization) return admission;
  await options.refreshTokens?.();
  return admit(request, port, options.tokens);
}
