import { constants, gunzipSync } from 'node:zlib';
import { decodeBody, hasProtobufMagic, mediaTypeOf, type Status } from '@toolcrib/kube';
import { isCertainNo } from '@toolcrib/model';
import type { Said } from '../request.ts';

/** So much of an answer tells whether the API server wrote it; a Status that says no is never longer. Bytes. */
export const ENOUGH = 64 * 1024;

/**
 * @param head the answer's first bytes, up to {@link ENOUGH}
 * @param whole nothing of it is missing
 */
export function saidBy(
  answer: { status: number; contentType?: string; encoding?: string },
  head: Uint8Array,
  whole: boolean,
): Said {
  const { status, contentType, encoding = 'identity' } = answer;
  if (encoding !== 'identity') {
    const plain = encoding === 'gzip' ? unpacked(head) : undefined;
    if (!plain) return 'unknown';
    return saidBy({ status, contentType }, plain.bytes, whole && plain.whole);
  }
  if (status >= 200 && status < 300) return isKubernetes(contentType, head, whole) ? 'yes' : 'unknown';
  if (status < 400 || !whole) return 'unknown';
  const said = statusOf(contentType, head);
  if (said?.kind !== 'Status' || said.status !== 'Failure' || said.code !== status) return 'unknown';
  const causes = said.details?.causes?.map(({ reason = '' }) => reason);
  return isCertainNo({ status, reason: said.reason, message: '', causes }) ? 'no' : 'unknown';
}

/** The API server compresses what is large. As much as the beginning holds, and never without bound. */
function unpacked(bytes: Uint8Array): { bytes: Uint8Array; whole: boolean } | undefined {
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength: 4 * ENOUGH }), whole: true };
  } catch {
    try {
      const finishFlush = constants.Z_SYNC_FLUSH;
      return { bytes: gunzipSync(bytes.subarray(0, 512), { finishFlush }), whole: false };
    } catch {
      return undefined;
    }
  }
}

function statusOf(contentType: string | undefined, body: Uint8Array): Partial<Status> | undefined {
  try {
    return decodeBody(contentType, body) as Partial<Status>;
  } catch {
    return undefined;
  }
}

/** RFC 8949's tag of CBOR that describes itself, which the API server writes first. */
const CBOR = [0xd9, 0xd9, 0xf7];

/** An object or a Status, of which the beginning is enough: a log-in page comes with 200 too. */
function isKubernetes(contentType: string | undefined, head: Uint8Array, whole: boolean): boolean {
  switch (mediaTypeOf(contentType)) {
    case 'application/vnd.kubernetes.protobuf':
      return hasProtobufMagic(head);
    case 'application/cbor':
      return CBOR.every((byte, at) => head[at] === byte);
    case 'application/json': {
      const found = whole ? statusOf(contentType, head) : undefined;
      if (found) return typeof found.kind === 'string' && found.status !== 'Failure';
      return /^\s*\{/.test(latin1(head)) && /"kind"\s*:\s*"[A-Z]/.test(latin1(head));
    }
    case 'application/yaml':
      return /^(kind|apiVersion): /m.test(latin1(head));
    default:
      return false;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
