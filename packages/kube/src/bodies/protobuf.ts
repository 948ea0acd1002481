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
  strict: boolean;
  bytesOf(bytes: Uint8Array): unknown;
}

export interface ProtobufReading {
  /**
   * Refuse what no client writes and what would be lost in JSON: a field that this version does not know, one that
   * stands twice where it may stand once, contents that the envelope calls something else than protobuf.
   */
  strict?: boolean;
}

export function hasProtobufMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/**
 * Reads Kubernetes' protobuf envelope (magic, then runtime.Unknown) into the object that JSON would have.
 * @throws KubeError `bad-body` for broken bytes, `unknown-kind` where no message is published for the kind
 */
export function decodeProtobuf(
  bytes: Uint8Array,
  { strict = false }: ProtobufReading = {},
): Record<string, unknown> {
  if (!hasProtobufMagic(bytes)) throw bad('the k8s\\0 magic is missing');
  try {
    return decodeEnvelope(bytes.subarray(MAGIC.length), strict);
  } catch (cause) {
    if (cause instanceof KubeError) throw cause;
    throw bad((cause as Error).message, cause);
  }
}

function decodeEnvelope(bytes: Uint8Array, strict: boolean): Record<string, unknown> {
  const top = { depth: 0, strict };
  const envelope = decodeMessage('k8s.io.apimachinery.pkg.runtime.Unknown', bytes, top);
  // Go embeds the TypeMeta, so its fields stand inline.
  const { apiVersion = '', kind = '' } = envelope as { apiVersion?: string; kind?: string };
  const raw = envelope.raw instanceof Uint8Array ? envelope.raw : new Uint8Array();
  if (envelope.contentEncoding) throw bad(`content encoding ${JSON.stringify(envelope.contentEncoding)}`);
  if (strict && envelope.contentType) throw bad(`contents of type ${JSON.stringify(envelope.contentType)}`);
  const type = messageOfKind(apiVersion, kind);
  if (!type) {
    throw new KubeError(
      'unknown-kind',
      `No protobuf message is known for ${kind || 'a kind without name'} in ${apiVersion || 'no API version'}.`,
    );
  }
  return { apiVersion, kind, ...decodeMessage(type, raw, top) };
}

/** @param into what an earlier part of the same message has said: Go decodes a second one on top of the first */
function decodeMessage(
  type: string,
  bytes: Uint8Array,
  { depth, strict }: Pick<Context, 'depth' | 'strict'>,
  into: Record<string, unknown> = {},
): Record<string, unknown> {
  const message = protobufMessage(type);
  if (!message) throw bad(`the message ${type} is not known`);
  if (depth > MAX_DEPTH) throw bad('messages are nested too deeply');
  const reader = new BinaryReader(bytes);
  const seen = new Set<number>();
  const bytesOf = KEEPS_BYTES.test(type) ? (value: Uint8Array) => value : base64;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = message.get(number);
    if (field) {
      if (strict && field.shape === 'one' && seen.has(number))
        throw bad(`the field ${number} of ${type} stands twice`);
      seen.add(number);
      checkWireType(wireType, field);
      readField(reader, wireType, field, into, { depth, strict, bytesOf });
    } else if (strict) throw bad(`the field ${number} of ${type} is not known`);
    // What a newer client sends is dropped, as the server does.
    else reader.skip(wireType, number);
  }
  return into;
}

/** Read by another wire type than it was written in, a field's bytes would mean other fields. Go refuses it too. */
function checkWireType(wireType: WireType, { type, shape }: ProtobufField): void {
  if (shape === 'list' && isPackable(type) && wireType === WireType.LengthDelimited) return;
  const own = shape === 'map' ? WireType.LengthDelimited : wireTypeOf(type);
  if (wireType !== own) throw bad(`a field of type ${type} has the wire type ${wireType}`);
}

function wireTypeOf(type: string): WireType {
  if (type === 'double') return WireType.Bit64;
  return isPackable(type) ? WireType.Varint : WireType.LengthDelimited;
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
  if (field.json === '') {
    decodeMessage(field.type, reader.bytes(), context, into);
    return;
  }
  const value = readValue(reader, field.type, context, into[field.json]);
  if (field.keepsZero || !isZero(value)) into[field.json] = value;
  else delete into[field.json];
}

/** Its JSON is the object of its fields: a Quantity's, say, is a string, and nothing more comes on top of it. */
function isWrittenAsIs(type: string): boolean {
  const probe = {};
  return jsonValueOf(type, probe) === probe;
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
  // A zero time is written as null.
  return [key, value ?? null];
}

/** @param before what stood there already, of the same type */
function readValue(reader: BinaryReader, type: string, context: Context, before?: unknown): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return context.bytesOf(reader.bytes());
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'double':
      return reader.double();
    default:
      return jsonValueOf(
        type,
        decodeMessage(
          type,
          reader.bytes(),
          { ...context, depth: context.depth + 1 },
          isWrittenAsIs(type) ? (before as Record<string, unknown> | undefined) : undefined,
        ),
      );
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** The scalar types that Kubernetes has, but for texts and bytes; another would be an unknown message. */
function isPackable(type: string): boolean {
  return /^(bool|int32|int64|double)$/.test(type);
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

/** The zero of what stands in a map: a text, bytes (in base64), or a message. */
function zeroOf(type: string): unknown {
  return type === 'string' || type === 'bytes' ? '' : {};
}

function bad(why: string, cause?: unknown): KubeError {
  return new KubeError('bad-body', `The protobuf body can't be read: ${why}.`, { cause });
}
