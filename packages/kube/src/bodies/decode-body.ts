import { KubeError } from '../errors.ts';
import { readExactJson } from './json.ts';
import { decodeProtobuf, type ProtobufReading } from './protobuf.ts';
import { parseYaml } from './yaml.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The media type of a Content-Type header, lower case and without parameters; JSON where none is given. */
export function mediaTypeOf(contentType: string | undefined): string {
  const media = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  return media || 'application/json';
}

/**
 * Reads a request body as the API server would: JSON, YAML, or Kubernetes protobuf.
 *
 * @param contentType the Content-Type header; absent means JSON
 * @param bytes the whole body, already without transfer or content encoding
 * @param reading strict where a body is going to be written anew: what would be lost or could be read otherwise is refused
 * @returns the object as its JSON has it; with protobuf, apiVersion and kind from the envelope
 * @throws KubeError `bad-body`, `unsupported-media-type`, `unknown-kind`; what can't be read is never guessed at
 */
export function decodeBody(
  contentType: string | undefined,
  bytes: Uint8Array,
  reading: ProtobufReading = {},
): Record<string, unknown> {
  const media = mediaTypeOf(contentType);
  switch (media) {
    case 'application/json':
      return objectOf(reading.strict ? readExactJson(textOf(bytes)).value : parseJson(textOf(bytes)));
    case 'application/yaml':
      return objectOf(parseYaml(textOf(bytes)));
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(bytes, reading);
    default:
      throw new KubeError(
        'unsupported-media-type',
        `A body of type ${JSON.stringify(media)} can't be read here.`,
      );
  }
}

/** Reads JSON text. @throws KubeError `bad-body` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeError('bad-body', `The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

/** The bytes as text, a byte order mark too: the server reads JSON after one as little as we do. @throws KubeError `bad-body` */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new KubeError('bad-body', 'The body is not UTF-8 text.', { cause });
  }
}

/** A value that is to be an object. @throws KubeError `bad-body` */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new KubeError('bad-body', 'The body is not an object.');
}
