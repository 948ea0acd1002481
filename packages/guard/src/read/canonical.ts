import { canonicalPath, KubeError, mediaTypeOf, queryText, readQuery } from '@toolcrib/kube';
import type { AskedRequest } from '../request.ts';
import { type Content, contentOf, rewritten } from './content.ts';

type Sent = Pick<AskedRequest, 'method' | 'path' | 'query' | 'headers' | 'body'> & { content?: Content };

/** A request in the one form that is judged and sent, or why it has none. */
export type Canonical<T extends Sent = AskedRequest> =
  | {
      /** With what was read of its body on the way. */
      request: T & { content: Content };
      /** To be sent in place of the client's bytes. Absent: the effect has no canonical body, or brings its own. */
      body?: { bytes: Uint8Array; type: string };
    }
  | { refused: string };

/**
 * Writes a judged request anew from what was read of it, so that whoever reads it after us can only read the same: path
 * and query always, the body of a PUT or PATCH wherever its effect is read from it. Pure.
 *
 * JSON (PUT, merge and strategic merge patch) is read and written again. Everything else that the API server takes
 * stays byte for byte as it came, for its effect is the server's own answer to a dry run of just these bytes
 * (`judgedByServer`). A body that can't be read in one way only stays too, and is not understood.
 */
export function canonical<T extends Sent>(asked: T): Canonical<T> {
  let request: T;
  try {
    request = { ...asked, path: canonicalPath(asked.path), query: queryText(readQuery(asked.query)) };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return { refused: error.message };
  }
  const content = contentOf(request);
  const body =
    request.method === 'PUT' || request.method === 'PATCH' ? canonicalBody(request, content) : undefined;
  if (!body) return { request: { ...request, content } };
  const { bytes, type } = body;
  const headers = { ...request.headers, 'content-type': type };
  const written = bytes === request.body ? content : rewritten(content, bytes);
  return { request: { ...request, headers, body: bytes, content: written }, body };
}

function canonicalBody(request: Sent, content: Content): { bytes: Uint8Array; type: string } | undefined {
  const type = mediaTypeOf(request.headers['content-type']);
  try {
    if (isEncoded(request)) return undefined;
    if (judgedByServer(request)) return { bytes: request.body, type };
    if (!isJsonWrite(request.method, type) || request.body.length === 0) return undefined;
    const { text } = content.exact();
    return { bytes: new TextEncoder().encode(text), type };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return undefined;
  }
}

/**
 * Writes of which only the server can say what they come to: by their nature (a JSON patch, a server-side apply), or
 * since they are written in what another reader than its own might read otherwise (YAML, protobuf).
 */
export function judgedByServer(request: Pick<AskedRequest, 'method' | 'headers'>): boolean {
  const type = mediaTypeOf(request.headers['content-type']);
  if (request.method === 'PUT')
    return type === 'application/yaml' || type === 'application/vnd.kubernetes.protobuf';
  return type === 'application/json-patch+json' || type === 'application/apply-patch+yaml';
}

/** A body in a content-encoding: the API server passes over the header, what stands before it may not. */
export function isEncoded({ headers }: Pick<AskedRequest, 'headers'>): boolean {
  const encoding = headers['content-encoding'];
  return encoding !== undefined && encoding !== '' && encoding !== 'identity';
}

/** A body that is written anew in JSON. */
export function isJsonWrite(method: string, type: string): boolean {
  return method === 'PUT'
    ? type === 'application/json'
    : /^application\/(strategic-)?merge-patch\+json$/.test(type);
}
