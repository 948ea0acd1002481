import { KubeError } from './errors.ts';
import type { ResourceType } from './objects.ts';

/**
 * What a request's path and query name, in the API's own terms
 * (source: apiserver RequestInfo, pkg/endpoints/request/requestinfo.go).
 */
export type RequestTarget =
  | ({ type: 'resource'; namespace?: string; name?: string; subresource?: string } & ResourceType)
  | { type: 'non-resource'; path: string };

/**
 * Reads a request path into its target.
 *
 * @param rawPath the path as it stood on the request line, without query; percent-escapes not yet decoded
 * @throws KubeError `bad-path` for anything that two readers could read differently: `.` or `..` segments,
 *   empty segments (`//`), an encoded slash, backslash or NUL, a broken escape, a path that does not begin
 *   with `/`, a bare character outside of ASCII. A guard that read such a path one way while the server read it
 *   another could be walked past.
 */
export function parseRequestPath(rawPath: string): RequestTarget {
  const segments = safeSegments(rawPath);
  const [root, ...rest] = segments;
  if (root === 'api' && rest.length >= 2) return resourceTarget('', rest, rawPath);
  if (root === 'apis' && rest.length >= 3) {
    const [group, ...afterGroup] = rest;
    return resourceTarget(group ?? '', afterGroup, rawPath);
  }
  return { type: 'non-resource', path: `/${segments.join('/')}` };
}

function resourceTarget(group: string, parts: string[], rawPath: string): RequestTarget {
  const [version = '', ...rest] = parts;
  // The old verbs before a path (`/api/v1/watch/pods`): what follows names the same things.
  const tail = rest[0] === 'watch' || rest[0] === 'proxy' ? rest.slice(1) : rest;
  if (tail.length === 0) return { type: 'non-resource', path: rawPath };
  const scoped = tail[0] === 'namespaces' && tail.length >= 2;
  // A Namespace is its own scope. `status` and `finalize` are its own, in every group and whatever follows them.
  const inside = scoped && tail.length > 2 && tail[2] !== 'status' && tail[2] !== 'finalize';
  // Only the first segment after a name is the subresource: authorizers and the handler of custom resources go by it.
  const [resource = '', name, subresource] = inside ? tail.slice(2) : tail;
  return {
    type: 'resource',
    group,
    version,
    resource,
    name,
    ...(scoped ? { namespace: tail[1] } : {}),
    subresource: rest[0] === 'proxy' ? undefined : subresource,
  };
}

/**
 * A request path in the one form in which it is sent on: what {@link parseRequestPath} read, escaped anew.
 * @throws KubeError `bad-path` as there
 */
export function canonicalPath(rawPath: string): string {
  return `/${safeSegments(rawPath).map(escapedSegment).join('/')}`;
}

function escapedSegment(segment: string): string {
  // Names such as system:node stay readable; of what a path may hold only the delimiters are escaped.
  return encodeURIComponent(segment).replace(/%(3A|40|24|26|2B|2C|3D)/g, decodeURIComponent);
}

function safeSegments(rawPath: string): string[] {
  if (!rawPath.startsWith('/')) throw badPath(rawPath, 'it does not begin with /');
  if (/[^\x21-\x7e]/.test(rawPath)) throw badPath(rawPath, 'it has a character that must be escaped');
  if (rawPath === '/') return [];
  const withoutTrailing = rawPath.endsWith('/') ? rawPath.slice(0, -1) : rawPath;
  return withoutTrailing
    .slice(1)
    .split('/')
    .map((segment) => {
      const decoded = decodeSegment(segment, rawPath);
      if (decoded === '') throw badPath(rawPath, 'it has an empty segment (//)');
      if (decoded === '.' || decoded === '..') throw badPath(rawPath, 'it has a . or .. segment');
      if (/[/\\]/.test(decoded)) throw badPath(rawPath, 'it has an encoded slash or a backslash');
      if (/[\0-\x1f\x7f]/.test(decoded)) throw badPath(rawPath, 'it has a control character');
      return decoded;
    });
}

function decodeSegment(segment: string, rawPath: string): string {
  // A second layer of escapes could become a slash further on.
  if (/%25/i.test(segment)) throw badPath(rawPath, 'it has a doubly encoded character');
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new KubeError('bad-path', `The request path ${JSON.stringify(rawPath)} has a broken escape.`, {
      cause,
    });
  }
}

function badPath(rawPath: string, why: string): KubeError {
  return new KubeError('bad-path', `The request path ${JSON.stringify(rawPath)} is refused: ${why}.`);
}

/** The path of a collection or object; the inverse of {@link parseRequestPath} for resources. */
export function resourcePath(
  type: ResourceType,
  at: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = at.namespace && !isNamespaces(type) ? `/namespaces/${encodeURIComponent(at.namespace)}` : '';
  const name = at.name ? `/${encodeURIComponent(at.name)}` : '';
  const sub = at.subresource ? `/${at.subresource}` : '';
  return `${root}${scope}/${type.resource}${name}${sub}`;
}

function isNamespaces(type: ResourceType): boolean {
  return type.group === '' && type.resource === 'namespaces';
}
