import type { IncomingMessage } from 'node:http';
import type { AskedRequest, RequestHandler } from '../request.ts';
import type { Admitted } from './admit.ts';

/** Has no end of its own: a watch, a followed log, whatever an application streams. */
export function isEndless({ target, query }: Admitted): boolean {
  if (target.type !== 'resource') return false;
  const asked = new URLSearchParams(query);
  const set = (name: string) => /^(1|true|t)$/i.test(asked.get(name) ?? '');
  return set('watch') || set('follow') || target.subresource?.startsWith('proxy') === true;
}

/** Whether creates of its kind are watched at this moment. */
export function createWatch({ target, grant }: Admitted, handler: RequestHandler): boolean {
  if (target.type !== 'resource') return false;
  return handler.watchesCreates(grant.context, target.group, target.resource, target.namespace);
}

/** Tells the handler of a LIST of a kubectl session: what it is about to act on. */
export function notice(
  request: IncomingMessage,
  { grant, path, query, target }: Admitted,
  handler: RequestHandler,
): void {
  const session = request.headers['kubectl-session'];
  if (typeof session !== 'string' || request.method !== 'GET' || target.type !== 'resource') return;
  const { remotePort: clientPort } = request.socket;
  handler.noticed({ context: grant.context, session, path, query, headers: passedOn(request), clientPort });
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

/** A request as the handler is asked about it: of its headers only what bears on what it does, and who sends it. */
export function askedRequest(
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
