export * from './decode-body.ts';
export { readExactJson } from './json.ts';
export { decodeProtobuf, hasProtobufMagic } from './protobuf.ts';
export type { ProtobufField, ProtobufMessage } from './protobuf-table.ts';
export { messageOfKind, protobufMessage } from './protobuf-table.ts';
export { parseYaml, parseYamlDocuments } from './yaml.ts';
export { readPlainScalar } from './yaml-scalar.ts';
