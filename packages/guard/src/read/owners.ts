import { mediaTypeOf, type OwnerReference } from '@toolcrib/kube';
import { isEncoded } from './canonical.ts';
import { type Content, contentOf, type Readable } from './content.ts';

/** What a write says about its object's owners: nothing, these, or what only the server can say. */
export type AskedOwners = 'untouched' | 'ask-server' | OwnerReference[];

/** Written out, or with an escape in which the word could hide (JSON). */
const IN_JSON = /ownerReferences|\\u/i;
/** A JSON patch may also copy what has the word in it already. */
const IN_JSON_PATCH = /ownerReferences|\\u|"(copy|move)"/i;
/** In YAML a key may be escaped, folded, tagged as binary, or written in UTF-16. */
const IN_YAML = /ownerReferences|[\\!\0]/i;
/** By content type; of others (protobuf, one that nobody knows) the bytes alone say nothing. */
const WORD = new Map([
  ['application/json', IN_JSON],
  ['application/merge-patch+json', IN_JSON],
  ['application/strategic-merge-patch+json', IN_JSON],
  ['application/json-patch+json', IN_JSON_PATCH],
  ['application/yaml', IN_YAML],
  ['application/apply-patch+yaml', IN_YAML],
]);
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/**
 * What a PUT or PATCH does to its object's owners, as far as its body tells. Pure. The cheap answer comes first: a body in
 * which the word can't stand touches none.
 *
 * Whether it is a dry run is not asked here: that stands in a query, which nobody may have read yet. A list is what the
 * write names, of which each is an owner afterwards; a patch may leave others beside them.
 * @throws Error for a body in a content-encoding
 */
export function ownersIn(request: Readable): AskedOwners {
  if (!mayNameOwners(request)) return 'untouched';
  if (isEncoded(request)) throw new Error("its body is encoded, and so it can't be read");
  const content = contentOf(request);
  const media = mediaTypeOf(request.headers['content-type']);
  if (media === PROTOBUF) return inProtobuf(media, content);
  // What clients apply is JSON, which every YAML reader reads alike.
  if (media !== 'application/json-patch+json' && WORD.has(media)) return inJson(content);
  // One that the server does not take either is refused by the dry run in its own words.
  return 'ask-server';
}

/** A look at the bytes alone: true in any doubt. */
export function mayNameOwners({ headers, body }: Readable): boolean {
  const word = WORD.get(mediaTypeOf(headers['content-type']));
  if (word === undefined || isEncoded({ headers })) return true;
  return word.test(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'));
}

function inProtobuf(media: string, content: Content): AskedOwners {
  try {
    return namedIn(content.strict(media));
  } catch {
    return 'ask-server';
  }
}

function inJson(content: Content): AskedOwners {
  try {
    return namedIn(content.exact().value);
  } catch {
    return 'ask-server';
  }
}

function namedIn(value: unknown): AskedOwners {
  if (!isObject(value) || hasOtherCase(value, 'metadata')) return 'ask-server';
  const { metadata } = value;
  if (metadata === undefined || metadata === null) return 'untouched';
  if (!isObject(metadata) || hasOtherCase(metadata, 'ownerReferences')) return 'ask-server';
  const { ownerReferences } = metadata;
  if (ownerReferences === undefined || ownerReferences === null) return 'untouched';
  if (!Array.isArray(ownerReferences)) return 'ask-server';
  // A directive of a strategic merge patch: what it leaves, the server says.
  const plain =
    ownerReferences.every((one) => isReference(one) && !hasDirective(one)) && !hasDirective(metadata);
  if (!plain) return 'ask-server';
  return ownerReferences.length === 0 ? 'untouched' : (ownerReferences as OwnerReference[]);
}

function isReference(value: unknown): value is OwnerReference {
  if (!isObject(value)) return false;
  return ['apiVersion', 'kind', 'name', 'uid'].every((field) => typeof value[field] === 'string');
}

function hasDirective(value: object): boolean {
  return Object.keys(value).some((key) => key.startsWith('$') && !key.startsWith('$setElementOrder'));
}

/** `OwnerReferences`: Kubernetes passes over it, an API server of somebody else's may not. */
function hasOtherCase(object: Record<string, unknown>, name: string): boolean {
  const lower = name.toLowerCase();
  return Object.keys(object).some((key) => key !== name && key.toLowerCase() === lower);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
