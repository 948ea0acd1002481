import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { KubeError } from '../errors.ts';
import type { ProtobufField } from './protobuf-table.ts';
import { messageOfKind, protobufMessage } from './protobuf-table.ts';
import { jsonValueOf } from './protobuf-values.ts';

/** The four bytes that Kubernetes puts before every protobuf body: `k8s\0`. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
const MAX_DEPTH = 100;

/** Messages whose bytes are themselves a body; everywhere else JSON has bytes in base64. */
const KEEPS_BYTES = /\.(Unknown|RawExtension|FieldsV1|JSON)$/;

interface Context {
  depth: number;
  bytesOf(bytes: Uint8Array): unknown;
}

export function hasProtobufMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/**
 * Reads Kubernetes' protobuf envelope (magic, then runtime.Unknown) into the object that JSON would have.
 * @throws KubeError `bad-body` for broken bytes, `unknown-kind` where no message is published for the kind
 */
export function decodeProtobuf(bytes: Uint8Array): Record<string, unknown> {
  if (!hasProtobufMagic(bytes)) throw bad('the k8s\\0 magic is missing');
  try {
    return decodeEnvelope(bytes.subarray(MAGIC.length));
  } catch (cause) {
    if (cause instanceof KubeError) throw cause;
    throw bad(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function decodeEnvelope(bytes: Uint8Array): Record<string, unknown> {
  const envelope = decodeMessage('k8s.io.apimachinery.pkg.runtime.Unknown', bytes, 0);
  // Go embeds the TypeMeta, so its fields stand inline.
  const { apiVersion = '', kind = '' } = envelope as { apiVersion?: string; kind?: string };
  const raw = envelope.raw instanceof Uint8Array ? envelope.raw : new Uint8Array();
  if (envelope.contentEncoding) throw bad(`content encoding ${JSON.stringify(envelope.contentEncoding)}`);
  const type = messageOfKind(apiVersion, kind);
  if (!type) {
    throw new KubeError(
      'unknown-kind',
      `No protobuf message is known for ${kind || 'a kind without name'} in ${apiVersion || 'no API version'}.`,
    );
  }
  return { apiVersion, kind, ...decodeMessage(type, raw, 0) };
}

function decodeMessage(type: string, bytes: Uint8Array, depth: number): Record<string, unknown> {
  const message = protobufMessage(type);
  if (!message) throw bad(`the message ${type} is not known`);
  if (depth > MAX_DEPTH) throw bad('messages are nested too deeply');
  const reader = new BinaryReader(bytes);
  const result: Record<string, unknown> = {};
  const bytesOf = KEEPS_BYTES.test(type) ? (value: Uint8Array) => value : base64;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = message.get(number);
    // What a newer client sends is dropped, as the server does.
    if (field) readField(reader, wireType, field, result, { depth, bytesOf });
    else reader.skip(wireType, number);
  }
  return result;
}

function readField(
  reader: BinaryReader,
  wireType: WireType,
  field: ProtobufField,
  into: Record<string, unknown>,
  context: Context,
): void {
  if (field.shape === 'map') {
    const [key, value] = readEntry(reader.bytes(), field.type, context);
    const map = (into[field.json] ?? {}) as Record<string, unknown>;
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    into[field.json] = map;
    return;
  }
  if (field.shape === 'list') {
    const list = (into[field.json] ?? []) as unknown[];
    into[field.json] = list;
    if (wireType === WireType.LengthDelimited && isPackable(field.type)) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) list.push(readValue(reader, field.type, context));
    } else list.push(readValue(reader, field.type, context) ?? null);
    return;
  }
  const value = readValue(reader, field.type, context);
  if (field.json === '') Object.assign(into, value);
  else if (field.keepsZero || !isZero(value)) into[field.json] = value;
}

function readEntry(bytes: Uint8Array, type: string, context: Context): [string, unknown] {
  const reader = new BinaryReader(bytes);
  let key = '';
  let value: unknown = zeroOf(type);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) key = reader.string();
    else if (number === 2) value = readValue(reader, type, context);
    else reader.skip(wireType, number);
  }
  return [key, value ?? null];
}

function readValue(reader: BinaryReader, type: string, context: Context): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return context.bytesOf(reader.bytes());
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'uint32':
      return reader.uint32();
    case 'int64':
      return Number(reader.int64());
    case 'uint64':
      return Number(reader.uint64());
    case 'double':
      return reader.double();
    case 'float':
      return reader.float();
    default:
      return jsonValueOf(type, decodeMessage(type, reader.bytes(), context.depth + 1));
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function isPackable(type: string): boolean {
  return /^(bool|int32|int64|uint32|uint64|double|float)$/.test(type);
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  if (value instanceof Uint8Array) return value.length === 0;
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

function zeroOf(type: string): unknown {
  if (type === 'string') return '';
  if (type === 'bytes') return '';
  if (type === 'bool') return false;
  return isPackable(type) ? 0 : {};
}

function bad(why: string, cause?: unknown): KubeError {
  return new KubeError('bad-body', `The protobuf body can't be read: ${why}.`, { cause });
}
