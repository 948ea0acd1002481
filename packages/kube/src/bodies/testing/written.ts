import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The envelope, written by hand after runtime.Unknown's published field numbers. */
export function envelope(
  apiVersion: string,
  kind: string,
  write: (to: BinaryWriter) => void,
  around: (to: BinaryWriter) => void = () => {},
): Uint8Array {
  const type = new BinaryWriter();
  type.tag(1, WireType.LengthDelimited).string(apiVersion).tag(2, WireType.LengthDelimited).string(kind);
  const message = new BinaryWriter();
  write(message);
  const unknown = new BinaryWriter();
  unknown.tag(1, WireType.LengthDelimited).bytes(type.finish());
  unknown.tag(2, WireType.LengthDelimited).bytes(message.finish());
  around(unknown);
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...unknown.finish()]);
}

/** A message as a field of another. */
export function inside(to: BinaryWriter, number: number, write: (to: BinaryWriter) => void): void {
  const part = new BinaryWriter();
  write(part);
  to.tag(number, WireType.LengthDelimited).bytes(part.finish());
}
/** A text as a field. */
export const text = (to: BinaryWriter, number: number, value: string) =>
  to.tag(number, WireType.LengthDelimited).string(value);
