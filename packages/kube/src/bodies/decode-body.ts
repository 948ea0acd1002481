import { parse } from 'yaml';
import { KubeError } from '../errors.ts';
import { decodeProtobuf } from './protobuf.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

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
 * @returns the object as its JSON has it; with protobuf, apiVersion and kind from the envelope
 * @throws KubeError `bad-body`, `unsupported-media-type`, `unknown-kind`; what can't be read is never guessed at
 */
export function decodeBody(contentType: string | undefined, bytes: Uint8Array): Record<string, unknown> {
  const media = mediaTypeOf(contentType);
  switch (media) {
    case 'application/json':
      return objectOf(parseJson(textOf(bytes)));
    case 'application/yaml':
      return objectOf(parseYaml(textOf(bytes)));
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(bytes);
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

/** Reads one YAML document, by YAML 1.1 as the API server does (`yes` is true). @throws KubeError `bad-body` */
export function parseYaml(text: string): unknown {
  try {
    return parse(text, { version: '1.1', merge: true, maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    throw new KubeError('bad-body', `The body is not YAML: ${(cause as Error).message}`, { cause });
  }
}

export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new KubeError('bad-body', 'The body is not UTF-8 text.', { cause });
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new KubeError('bad-body', 'The body is not an object.');
}
