/** What a file is, by its first bytes and never by its name. */
export type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lzip' | 'lz4' | 'compress';
export type Container = 'zip' | 'tar';
/** `other`: marked to be run, and of no kind known here; a shell takes such a file for a script. */
export type Executable = 'elf' | 'mach-o' | 'pe' | 'script' | 'other';

const starts = (bytes: Uint8Array, ...prefix: number[]) => prefix.every((byte, at) => bytes[at] === byte);

/** tar is told by its magic at 257, so give at least 512 bytes where there are as many. */
export const HEAD = 512;

export function compressionOf(head: Uint8Array): Compression | undefined {
  if (starts(head, 0x1f, 0x8b)) return 'gzip';
  if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // A zstd file may begin with frames to be skipped (RFC 8878, 3.1.2); that of `pzstd` does.
  if (starts(head.subarray(1), 0x2a, 0x4d, 0x18) && Number(head[0]) >> 4 === 0x5) return 'zstd';
  if (starts(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (starts(head, 0x42, 0x5a, 0x68)) return 'bzip2';
  if (starts(head, 0x4c, 0x5a, 0x49, 0x50, 0x01)) return 'lzip';
  if (starts(head, 0x04, 0x22, 0x4d, 0x18)) return 'lz4';
  if (starts(head, 0x1f, 0x9d)) return 'compress';
  return undefined;
}

/** How archives and packages begin that hold files and are not read here. */
const PACKAGES = [
  '7z\xbc\xaf\x27\x1c',
  '!<arch>\n', // ar, and so deb
  '\xed\xab\xee\xdb', // rpm
  'Rar!\x1a\x07',
  'MSCF\0\0\0\0', // cab
  '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', // msi
  'xar!', // macOS' pkg
  'hsqs', // squashfs, and so snap
  '070701', // cpio
  '070702',
  '070707',
].map((magic) => Buffer.from(magic, 'latin1'));

/** Whether it is an archive or a package of a kind that is not read here. */
export function isPackage(head: Uint8Array): boolean {
  return PACKAGES.some((magic) => magic.equals(head.subarray(0, magic.length)));
}

export function containerOf(head: Uint8Array): Container | undefined {
  if (starts(head, 0x50, 0x4b, 0x03, 0x04) || starts(head, 0x50, 0x4b, 0x05, 0x06)) return 'zip';
  if (Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar' || hasTarChecksum(head))
    return 'tar';
  return undefined;
}

/** The tar of before POSIX has no magic, but a header's sum of its own bytes (the sum itself as blanks). */
function hasTarChecksum(head: Uint8Array): boolean {
  const [said] = /^ *[0-7]{1,6}[\0 ]/.exec(Buffer.from(head.subarray(148, 156)).toString('latin1')) ?? [];
  const sum = head
    .subarray(0, 512)
    .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return head.length >= 512 && head[0] !== 0 && said !== undefined && sum === Number.parseInt(said, 8);
}

export function executableOf(head: Uint8Array): Executable | undefined {
  if (starts(head, 0x7f, 0x45, 0x4c, 0x46)) return 'elf';
  if (starts(head, 0x4d, 0x5a)) return 'pe';
  if (starts(head, 0x23, 0x21)) return 'script';
  if (head.length < 4) return undefined;
  const magic = Buffer.from(head).readUInt32BE(0);
  // 32 and 64 bit, either byte order, and the universal form (which Java class files share).
  if ([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe].includes(magic)) return 'mach-o';
  if (magic === 0xcafebabe && head.length >= 8 && Buffer.from(head).readUInt32BE(4) < 20) return 'mach-o';
  return undefined;
}
