import type { KubeList, KubeObject } from '@toolcrib/kube';
import type { As, ClusterResponse } from '@toolcrib/model';
import { exchange, jsonOf, listOf, mustBeOk, objectOf } from './http.ts';
import type { Upstream } from './upstream.ts';

/** What a request carries besides its method and path. */
interface Extra {
  headers?: Record<string, string>;
  body?: unknown;
  type?: string;
  as?: As;
}

export type Send = (method: string, path: string, extra?: Extra) => Promise<ClusterResponse>;

/**
 * The ways in which a cluster is asked, each with our name on it and as whom it is meant.
 * @param timeout milliseconds, of each exchange
 */
export function asking(upstream: Upstream, context: string, timeout: number) {
  async function send(method: string, path: string, extra: Extra = {}): Promise<ClusterResponse> {
    const { headers, body, type = 'application/json', as } = extra;
    return exchange(upstream, {
      method,
      path,
      timeout,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'toolcrib',
        ...(body === undefined ? {} : { 'Content-Type': type }),
        ...headers,
        ...as,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The object that the answer holds. */
  async function object(method: string, path: string, extra: Extra = {}): Promise<KubeObject> {
    return objectOf(context, `${method} ${path}`, await send(method, path, extra));
  }

  async function fetchDiscovery(path: string, accept: string, as?: As) {
    const answer = await send('GET', path, { headers: { Accept: accept }, as });
    mustBeOk(context, `GET ${path}`, answer);
    return {
      type: String(answer.headers['content-type'] ?? ''),
      body: jsonOf(context, `GET ${path}`, answer),
    };
  }

  async function listPage(path: string, accept: string, as?: As): Promise<KubeList> {
    return listOf(context, `GET ${path}`, await send('GET', path, { headers: { Accept: accept }, as }));
  }

  return { send, object, listPage, fetchDiscovery };
}
