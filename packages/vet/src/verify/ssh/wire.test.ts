import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { readSshKey, SshReader, sshString } from './wire.ts';

const early = { code: 'not-understood', message: 'the ssh data ends too early' };
const left = { code: 'not-understood', message: 'the ssh data has bytes left over' };

describe("SSH's wire format", () => {
  it('is numbers, and strings after their length', () => {
    const reader = new SshReader(Buffer.from([1, 0, 0, 0, 2, 0x61, 0xe9, 0, 0, 1, 0, 0, 0, 0, 1, 0x62]));
    assert.equal(reader.byte(), 1);
    assert.equal(reader.text(), 'a\u00e9', 'one byte is one letter');
    assert.equal(reader.uint32(), 256);
    assert.deepEqual(reader.string(), Buffer.from('b'));
    reader.end();
    assert.deepEqual(sshString('ab'), Buffer.from([0, 0, 0, 2, 0x61, 0x62]));
    assert.deepEqual(sshString(Buffer.alloc(300, 1)).readUInt32BE(), 300);
  });

  it('is never read past its end, and not left before it', () => {
    for (const read of [
      (reader: SshReader) => reader.take(3),
      (reader: SshReader) => reader.take(-1),
      (reader: SshReader) => reader.uint32(),
      (reader: SshReader) => [reader.byte(), reader.byte(), reader.byte()],
    ])
      assert.throws(() => read(new SshReader(Buffer.from([1, 2]))), early);
    assert.throws(() => new SshReader(Buffer.from([255, 255, 255, 255, 1])).string(), early);
    const reader = new SshReader(Buffer.from([1, 2]));
    assert.deepEqual(reader.take(2), Buffer.from([1, 2]));
    reader.end();
    assert.throws(() => new SshReader(Buffer.from([1])).end(), left);
  });
});

describe('an ssh key', () => {
  const jwk = (key: KeyObject) => key.export({ format: 'jwk' });
  const field = (text = '') => sshString(Buffer.from(text, 'base64url'));
  const blob = (type: string, ...fields: Buffer[]) => Buffer.concat([sshString(type), ...fields]);
  const edwards = generateKeyPairSync('ed25519').publicKey;
  const ecdsa = (curve: string) => {
    const key = generateKeyPairSync('ec', { namedCurve: curve }).publicKey;
    const { x = '', y = '' } = jwk(key);
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    return { key, point };
  };
  const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey;
  const rsaBlob = (key: KeyObject, lead: Buffer = Buffer.alloc(0)) => {
    const { n = '', e = '' } = jwk(key);
    return blob('ssh-rsa', field(e), sshString(Buffer.concat([lead, Buffer.from(n, 'base64url')])));
  };
  const same = (a: KeyObject, b: KeyObject) => assert.deepEqual(jwk(a), jwk(b));

  it('is of Ed25519, also of a security key, which is bound to an application', () => {
    const read = readSshKey(blob('ssh-ed25519', field(jwk(edwards).x)));
    assert.deepEqual([read.type, read.application], ['ssh-ed25519', undefined]);
    same(read.key, edwards);
    const type = 'sk-ssh-ed25519@openssh.com';
    const secure = readSshKey(blob(type, field(jwk(edwards).x), sshString('ssh:')));
    assert.deepEqual([secure.type, secure.application], [type, 'ssh:']);
    same(secure.key, edwards);
    for (const length of [31, 33])
      assert.throws(() => readSshKey(blob('ssh-ed25519', sshString(Buffer.alloc(length)))), {
        code: 'not-understood',
        message: 'an Ed25519 key of the wrong length',
      });
  });

  it('is of ECDSA on three curves, the point uncompressed', () => {
    for (const [name, curve] of [
      ['nistp256', 'P-256'],
      ['nistp384', 'P-384'],
      ['nistp521', 'P-521'],
    ] as const) {
      const { key, point } = ecdsa(curve);
      const type = `ecdsa-sha2-${name}`;
      const read = readSshKey(blob(type, sshString(name), sshString(point)));
      assert.equal(read.type, type);
      same(read.key, key);
    }
    const { key, point } = ecdsa('P-256');
    const type = 'sk-ecdsa-sha2-nistp256@openssh.com';
    const secure = readSshKey(blob(type, sshString('nistp256'), sshString(point), sshString('ssh:x')));
    assert.deepEqual([secure.type, secure.application], [type, 'ssh:x']);
    same(secure.key, key);
    const unreadable = { code: 'not-understood', message: 'an unreadable ECDSA key' };
    const bad = (curve: string, bytes: Buffer) =>
      assert.throws(
        () => readSshKey(blob('ecdsa-sha2-nistp256', sshString(curve), sshString(bytes))),
        unreadable,
      );
    bad('nistp224', point);
    bad('nistp256', Buffer.concat([Buffer.of(2), point.subarray(1)]));
    bad('nistp256', point.subarray(0, -1));
    const off = Buffer.from(point).fill(1, 33);
    assert.throws(() => readSshKey(blob('ecdsa-sha2-nistp256', sshString('nistp256'), sshString(off))), {
      code: 'not-understood',
      message: 'an ssh key that cannot be read',
    });
  });

  it('is of RSA with 2048 bits or more, however many zeros stand before', () => {
    const key = rsa(2048);
    for (const lead of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(9)])
      same(readSshKey(rsaBlob(key, lead)).key, key);
    const short = { code: 'unsupported', message: 'an RSA key under 2048 bits' };
    assert.throws(() => readSshKey(rsaBlob(rsa(2040), Buffer.alloc(9))), short);
  });

  it('is of no other type, and is nothing but a key', () => {
    for (const type of ['ssh-dss', 'ssh-ed25519-cert-v01@openssh.com', `x${'y'.repeat(99)}`])
      assert.throws(() => readSshKey(blob(type, sshString(''))), {
        code: 'unsupported',
        message: `ssh keys of type ${type.slice(0, 60)} are not supported`,
      });
    const good = blob('ssh-ed25519', field(jwk(edwards).x));
    assert.throws(() => readSshKey(Buffer.concat([good, Buffer.of(0)])), left);
    assert.throws(() => readSshKey(good.subarray(0, -1)), early);
  });
});
