import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressionOf, containerOf, executableOf, isPackage } from './kind.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Each of the first bytes counts: with one changed it is of no kind. */
function onlyAsItIs<T>(tell: (head: Uint8Array) => T | undefined, magic: Buffer, kind: T, why: string): void {
  assert.equal(tell(Buffer.concat([magic, Buffer.alloc(8)])), kind, why);
  for (const at of magic.keys()) {
    const other = Buffer.from(magic);
    other.writeUInt8((other.readUInt8(at) ^ 0x81) & 0xff, at);
    assert.notEqual(tell(other), kind, `${why}, byte ${at}`);
  }
}

test('a compression is told by its first bytes', () => {
  for (const [kind, hex] of [
    ['gzip', '1f8b'],
    ['zstd', '28b52ffd'],
    ['xz', 'fd377a585a00'],
    ['bzip2', '425a68'],
    ['lzip', '4c5a495001'],
    ['lz4', '04224d18'],
    ['compress', '1f9d'],
  ] as const)
    onlyAsItIs(compressionOf, bytes(hex), kind, kind);
  // The frames of zstd that are skipped: sixteen numbers of one half byte.
  for (const first of ['50', '5a', '5f'])
    assert.equal(compressionOf(bytes(`${first} 2a4d18`)), 'zstd', first);
  for (const none of ['4f 2a4d18', '60 2a4d18', '50 2a4d19', '50 2b4d18', '', '1f'])
    assert.equal(compressionOf(bytes(none)), undefined, none);
});

test('a package that is not read here is told by its first bytes', () => {
  for (const magic of [
    '7z\xbc\xaf\x27\x1c',
    '!<arch>\n',
    '\xed\xab\xee\xdb',
    'Rar!\x1a\x07',
    'MSCF\0\0\0\0',
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    'xar!',
    'hsqs',
  ])
    onlyAsItIs((head) => isPackage(head) || undefined, Buffer.from(magic, 'latin1'), true, magic);
  for (const cpio of ['070701', '070702', '070707']) assert.equal(isPackage(Buffer.from(cpio)), true);
  assert.equal(isPackage(Buffer.from('070703')), false);
  assert.equal(isPackage(Buffer.from('xar')), false, 'half of it');
});

test('a zip begins with a file or, where it is empty, with its end', () => {
  onlyAsItIs(containerOf, bytes('504b0304'), 'zip', 'a file');
  onlyAsItIs(containerOf, bytes('504b0506'), 'zip', 'an end');
  assert.equal(containerOf(bytes('504b0102')), undefined);
});

/** A header of before POSIX: a name, and the sum of its bytes with the sum itself as blanks. */
function v7(sum: (right: number) => string, name = 'k9s'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  // 'k' + '9' + 's' and eight blanks.
  const letters = name === 'k' ? 107 : 107 + 57 + 115;
  header.write(sum(letters + 8 * 32), 148, 'latin1');
  return header;
}

test('a tar is told by its magic, or by the sum of its header', () => {
  const posix = Buffer.alloc(512);
  posix.write('ustar', 257);
  assert.equal(containerOf(posix), 'tar');
  const shifted = Buffer.alloc(512);
  shifted.write('ustar', 256);
  assert.equal(containerOf(shifted), undefined);
  const octal = (number: number) => number.toString(8);
  for (const written of [
    (sum: number) => `${octal(sum).padStart(6, '0')}\0 `,
    (sum: number) => `  ${octal(sum)} \0`,
    (sum: number) => `${octal(sum)}\0`,
  ])
    assert.equal(containerOf(v7(written)), 'tar', written(535));
  assert.equal(containerOf(v7((sum) => `${octal(sum)}\0`, 'k')), 'tar', 'a name of one letter');
  assert.equal(containerOf(v7((sum) => `${octal(sum + 1)}\0`)), undefined);
  assert.equal(containerOf(v7((sum) => `${octal(sum)}x`)), undefined, 'goes on');
  assert.equal(containerOf(v7((sum) => `${octal(sum)}\0`).subarray(0, 511)), undefined, 'not whole');
  assert.equal(containerOf(Buffer.alloc(512)), undefined, 'a block of zeros');
  // Zeros, with a sum that would be right: an entry without a name is none.
  const nameless = Buffer.alloc(512);
  nameless.write('400\0', 148);
  assert.equal(containerOf(nameless), undefined);
});

test('what can be run is told by its first bytes', () => {
  onlyAsItIs(executableOf, bytes('7f454c46'), 'elf', 'elf');
  onlyAsItIs(executableOf, bytes('4d5a'), 'pe', 'pe');
  onlyAsItIs(executableOf, bytes('2321'), 'script', 'script');
  for (const magic of ['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe'])
    assert.equal(executableOf(bytes(magic)), 'mach-o', magic);
  for (const none of ['feedfacd', 'ceedface', 'feedfa', '', '00000000'])
    assert.equal(executableOf(bytes(none)), undefined, none);
});

test('a universal Mach-O holds a few architectures; a Java class begins alike and has a version there', () => {
  assert.equal(executableOf(bytes('cafebabe 00000002')), 'mach-o');
  assert.equal(executableOf(bytes('cafebabe 00000013')), 'mach-o');
  assert.equal(executableOf(bytes('cafebabe 00000014')), undefined);
  assert.equal(executableOf(bytes('cafebabe 00000041')), undefined, 'Java 21');
  assert.equal(executableOf(bytes('cafebabe 000002')), undefined, 'not whole');
});
