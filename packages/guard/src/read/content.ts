import { decodeBody, objectOf, readExactJson, textOf } from '@toolcrib/kube';
import type { AskedRequest } from '../request.ts';

/** What a body holds: decoded when somebody first asks for it, and then once, however many ask. */
export interface Content {
  /** The bytes that are meant. */
  readonly of: Uint8Array;
  /** Read as JSON that can be read in one way only, and written again. @throws KubeError */
  exact(): ReturnType<typeof readExactJson>;
  /** Read as an object in a format, where nothing is passed over. @throws KubeError */
  strict(media: string): Record<string, unknown>;
}

/** What is taken of a request to read its body. */
export type Readable = Pick<AskedRequest, 'headers' | 'body'> & { content?: Content };

/** A request whose body is decoded once for all that look at it. */
export type ReadRequest = AskedRequest & { content: Content };

/** Of the body as it is now: another one than was read is read anew. */
export function contentOf({ body, content }: Pick<Readable, 'body' | 'content'>): Content {
  return content?.of === body ? content : decoding(body);
}

/** Of what was written again from what was read: it is known by that already. @param bytes what `exact` gave as text */
export function rewritten(content: Content, bytes: Uint8Array): Content {
  return withExact(bytes, content.exact);
}

function decoding(body: Uint8Array): Content {
  return withExact(
    body,
    once(() => readExactJson(textOf(body))),
  );
}

function withExact(body: Uint8Array, exact: Content['exact']): Content {
  const formats = new Map<string, () => Record<string, unknown>>();
  const read = (media: string) =>
    media === 'application/json' ? objectOf(exact().value) : decodeBody(media, body, { strict: true });
  return {
    of: body,
    exact,
    strict(media) {
      const known = formats.get(media) ?? once(() => read(media));
      formats.set(media, known);
      return known();
    },
  };
}

/** The same answer each time, also where it is an error. */
function once<Value>(read: () => Value): () => Value {
  let told: { value: Value } | { error: unknown } | undefined;
  return () => {
    if (told === undefined)
      try {
        told = { value: read() };
      } catch (error) {
        told = { error };
      }
    if ('error' in told) throw told.error;
    return told.value;
  };
}
