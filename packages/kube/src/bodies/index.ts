export * from './decode-body.ts';
export { decodeProtobuf, hasProtobufMagic } from './protobuf.ts';
