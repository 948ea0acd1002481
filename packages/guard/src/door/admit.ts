import type { IncomingMessage } from 'node:http';
import { parseRequestPath, type RequestTarget, type Status } from '@toolcrib/kube';
import { messageOf } from '@toolcrib/model';
import { failure } from '../status.ts';
import { stripContextPrefix } from './context-path.ts';
import type { TokenGrant, TokenTable } from './tokens.ts';

export type Admission =
  | { admitted: true; grant: TokenGrant; path: string; query: string; target: RequestTarget }
  | { admitted: false; status: Status };

export type Admitted = Extract<Admission, { admitted: true }>;

/** The API server knows none of these, a gateway before it may: a GET that it makes a DELETE of would not be judged. */
const SAYS_OTHERWISE = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
]);

/** What travels through a proxy subresource is some application's own protocol. */
function isProxied(target: RequestTarget): boolean {
  return target.type === 'resource' && /^proxy(\/|$)/.test(target.subresource ?? '');
}

/**
 * Whether a request may enter at all: Host, Origin, path, token, in this order. Nobody is let in by default:
 * without these checks every process and every web page on the machine would have the cluster.
 */
export function admit(request: IncomingMessage, port: number, tokens: TokenTable): Admission {
  const refuse = (code: number, message: string): Admission => ({
    admitted: false,
    status: failure(code, message),
  });
  if (!isOurHost(request.headers.host, port)) {
    return refuse(
      403,
      `toolcrib: the Host header ${quote(request.headers.host)} is not this door's (DNS rebinding?).`,
    );
  }
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if ((origin !== undefined && !isOurOrigin(origin, port)) || site === 'cross-site' || site === 'same-site') {
    return refuse(403, `toolcrib: a web page (${quote(origin)}) may not use this door.`);
  }
  const [rawPath = '', ...rest] = (request.url ?? '').split('?');
  const query = rest.join('?');
  // `??dryRun=All`: some readers take the second mark for nothing, others for a part of the name.
  if (query.startsWith('?')) return refuse(400, 'toolcrib: the query begins with a second question mark.');
  const grant = tokens.find(request.headers.authorization);
  if (!grant) {
    return refuse(
      401,
      'toolcrib: this door asks for its own token. Use the kubeconfig that `toolcrib on` sets up.',
    );
  }
  const { path, matches } = stripContextPrefix(rawPath, grant.context);
  if (!matches) {
    return refuse(
      403,
      'toolcrib: this token belongs to another context than the address. Run `toolcrib on` again.',
    );
  }
  try {
    const target = parseRequestPath(path);
    const other = Object.keys(request.headers).find((name) => SAYS_OTHERWISE.has(name));
    if (other !== undefined && !isProxied(target)) {
      return refuse(
        400,
        `toolcrib: the header ${other} asks for another method or path than the request itself. Leave it out; nothing was sent.`,
      );
    }
    return { admitted: true, grant, path, query, target };
  } catch (error) {
    return refuse(400, `toolcrib: ${messageOf(error)}`);
  }
}

function isOurHost(host: string | undefined, port: number): boolean {
  return host !== undefined && ['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${port}`);
}

function isOurOrigin(origin: string, port: number): boolean {
  return origin.startsWith('https://') && isOurHost(origin.slice('https://'.length), port);
}

function quote(text: string | undefined): string {
  return text === undefined ? '(none)' : JSON.stringify(text.slice(0, 100));
}
