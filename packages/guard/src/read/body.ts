import { mediaTypeOf } from '@toolcrib/kube';
import type { AskedRequest } from '../request.ts';
import { isEncoded } from './canonical.ts';
import { contentOf, type Readable } from './content.ts';

/** Options and evictions are small; YAML and protobuf take longer to read than they take to send. In bytes. */
const LARGEST_BODY = 256 * 1024;

/**
 * The decoded body, or undefined when it was empty. What is decoded here is written anew, or only looked at: a body of
 * which something would be lost is refused.
 * @throws KubeError, Error what can't be decoded
 */
export function bodyOf(request: Readable): Record<string, unknown> | undefined {
  if (request.body.length === 0) return undefined;
  refuseEncoded(request);
  const media = mediaTypeOf(request.headers['content-type']);
  if (media !== 'application/json' && request.body.length > LARGEST_BODY)
    throw new Error(`a body of type ${media} larger than ${LARGEST_BODY / 1024} KiB is not read`);
  // What creates something by applying it is an object in YAML.
  return contentOf(request).strict(media === 'application/apply-patch+yaml' ? 'application/yaml' : media);
}

/** @throws Error for a body in a content-encoding */
export function refuseEncoded(request: Pick<AskedRequest, 'headers'>): void {
  if (isEncoded(request))
    throw new Error(`a body in content-encoding ${request.headers['content-encoding']} can't be read`);
}

/** The value that a PUT or a patch in JSON holds. @throws KubeError, Error a format or a body that can't be read */
export function writtenIn(request: Readable & Pick<AskedRequest, 'method'>): unknown {
  const media = mediaTypeOf(request.headers['content-type']);
  const readable =
    request.method === 'PUT'
      ? media === 'application/json'
      : /^application\/(strategic-)?merge-patch\+json$/.test(media);
  if (!readable) throw new Error(`a ${request.method} of type ${media} can't be read`);
  return contentOf(request).exact().value;
}
