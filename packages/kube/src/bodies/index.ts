export * from './decode-body.ts';
export { duplicateKey } from './duplicate-key.ts';
export { decodeProtobuf, hasProtobufMagic } from './protobuf.ts';
export type { ProtobufField, ProtobufMessage } from './protobuf-table.ts';
export { messageOfKind, protobufMessage } from './protobuf-table.ts';
