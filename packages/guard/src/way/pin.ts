import {
  deleteOptionsBody,
  type KubeObject,
  mediaTypeOf,
  queryText,
  readExactJson,
  readQuery,
  textOf,
} from '@toolcrib/kube';
import { isJsonWrite } from '../effect/canonical.ts';
import { bodyOf } from '../effect/effect-of.ts';
import { isDeleteParameter } from '../effect/options.ts';
import type { AskedRequest } from '../request.ts';
import type { Destructive } from './subject.ts';

/**
 * The request as it goes out: every delete and eviction carries the UID that was seen as a precondition, so that it
 * can't hit an object of the same name that came since. Options move into the body, where the server reads them. A
 * scale goes out in the canonical body that it was judged by.
 * @param target as it was seen; undefined where these rights may not read it, and so no UID is known
 */
export function pinned(
  request: AskedRequest,
  effect: Destructive,
  target: KubeObject | undefined,
): { query?: string; body?: { bytes: Uint8Array; type: string } } {
  const uid = target?.metadata.uid;
  if ('through' in effect && effect.through !== undefined) return pinnedWrite(request, uid);
  if (effect.verb === 'delete') {
    const { preconditions } = effect.options;
    const body = deleteOptionsBody({
      ...effect.options,
      ...(uid === undefined ? {} : { preconditions: { ...preconditions, uid: preconditions?.uid ?? uid } }),
    });
    return { query: withoutOptions(request.query), body: json(body) };
  }
  if (effect.verb === 'evict') {
    const body = bodyOf(request) ?? {};
    const inner = (body.deleteOptions ?? {}) as { preconditions?: { uid?: string } };
    const preconditions =
      uid === undefined
        ? inner.preconditions
        : { ...inner.preconditions, uid: inner.preconditions?.uid ?? uid };
    const apiVersion = body.apiVersion ?? 'policy/v1';
    return {
      body: json({ ...body, apiVersion, kind: 'Eviction', deleteOptions: { ...inner, preconditions } }),
    };
  }
  return {};
}

/**
 * A write that comes to a delete goes out as the write that was judged, in JSON with the UID that was seen: the server refuses
 * it for an object of the same name that came since. In YAML, protobuf, a JSON patch or an apply it goes byte for byte.
 */
function pinnedWrite(
  request: AskedRequest,
  uid: string | undefined,
): { body?: { bytes: Uint8Array; type: string } } {
  const type = mediaTypeOf(request.headers['content-type']);
  if (uid === undefined || !isJsonWrite(request.method, type)) return {};
  const { value } = readExactJson(textOf(request.body));
  const object = value as { metadata?: { uid?: unknown } };
  const metadata = { ...object.metadata, uid: object.metadata?.uid || uid };
  return { body: { ...json({ ...object, metadata }), type } };
}

/** A dry run, in a body that only says so: whoever read the request's own differently would really delete. */
export function asDryRun(
  request: AskedRequest,
  effect: Destructive,
): { query?: string; body?: { bytes: Uint8Array; type: string } } {
  if (effect.verb === 'scale' || effect.verb === 'uninstall') return {};
  const options = { ...effect.options, dryRun: ['All'] };
  if (effect.verb !== 'evict')
    return { query: withoutOptions(request.query), body: json(deleteOptionsBody(options)) };
  const body = bodyOf(request) ?? {};
  const inner = { ...(body.deleteOptions as object | undefined), dryRun: ['All'] };
  return {
    body: json({
      ...body,
      apiVersion: body.apiVersion ?? 'policy/v1',
      kind: 'Eviction',
      deleteOptions: inner,
    }),
  };
}

/** Beside a body the server looks at no options in the query. */
function withoutOptions(query: string): string {
  return queryText(readQuery(query).filter(([name]) => !isDeleteParameter(name)));
}

function json(body: unknown): { bytes: Uint8Array; type: string } {
  return { bytes: new TextEncoder().encode(JSON.stringify(body)), type: 'application/json' };
}
