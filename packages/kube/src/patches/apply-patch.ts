import { mediaTypeOf } from '../bodies/index.ts';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../objects.ts';
import type { Schema } from '../schema/index.ts';
import { isObject } from './json.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

/** The media types of the patches, as the API server takes them. */
export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * What a PATCH request makes of an object. The object is not changed.
 *
 * @param contentType the request's Content-Type: JSON, merge or strategic merge patch. Server-side apply needs
 *   the owners of fields and has its own function
 * @param patch the decoded body
 * @param schema the kind's schema; a strategic merge patch can't be applied without one (custom resources)
 * @throws KubeError `bad-patch`, `unsupported-media-type`
 */
export function applyPatch(
  contentType: string | undefined,
  object: KubeObject,
  patch: unknown,
  schema: Schema | undefined,
): KubeObject {
  const media = mediaTypeOf(contentType);
  const result = patched(media, object, patch, schema);
  if (!isObject(result)) throw new KubeError('bad-patch', 'The patch would leave no object.');
  return result as KubeObject;
}

function patched(media: string, object: KubeObject, patch: unknown, schema: Schema | undefined): unknown {
  switch (media) {
    case PATCH_TYPES.json:
      return applyJsonPatch(object, patch);
    case PATCH_TYPES.merge:
      return applyMergePatch(object, patch);
    case PATCH_TYPES.strategic:
      if (!isObject(patch)) throw new KubeError('bad-patch', 'A strategic merge patch is an object.');
      if (!schema) {
        throw new KubeError(
          'unsupported-media-type',
          'A strategic merge patch needs a schema with merge keys.',
        );
      }
      return applyStrategicMergePatch(object, patch, schema);
    default:
      throw new KubeError(
        'unsupported-media-type',
        `${JSON.stringify(media)} is not a patch that can be applied here.`,
      );
  }
}
