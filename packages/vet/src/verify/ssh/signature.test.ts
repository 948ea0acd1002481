import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { artefactOfBytes } from '../artefact.ts';
import { nextLetter } from '../testing/next-letter.ts';
import { readSshSignature, verifySsh } from './signature.ts';
import { sshString } from './wire.ts';

const BYTES = Buffer.from('a tool\n');
const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
const armored = (packed: Uint8Array) => {
  const lines = Buffer.from(packed)
    .toString('base64')
    .replaceAll(/(.{70})/g, '$1\n');
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
};
const field = (text = '') => sshString(Buffer.from(text, 'base64url'));
/** As ssh writes numbers: the shortest form that is not negative. */
const mpint = (bytes: Buffer) => {
  const bare = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return sshString((bare[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), bare]) : bare);
};

interface Kind {
  type: string;
  blob: Buffer;
  sign(data: Buffer): Buffer;
  application?: string;
}

/** What is signed, and the file around it. */
function signed(
  kind: Kind,
  { hash = 'sha512', type = kind.type, flags = 1, rest = Buffer.alloc(0), version = 1 } = {},
): string {
  const common = [sshString('file'), sshString(''), sshString(hash)];
  const known = hash === 'sha256' || hash === 'sha512' ? hash : 'sha512';
  const message = Buffer.concat([Buffer.from('SSHSIG'), ...common, sshString(digest(known, BYTES))]);
  const counter = Buffer.from([flags, 0, 0, 0, 7]);
  const data =
    kind.application === undefined
      ? message
      : Buffer.concat([digest('sha256', Buffer.from(kind.application)), counter, digest('sha256', message)]);
  const signature = Buffer.concat([
    sshString(type),
    sshString(kind.sign(data)),
    ...(kind.application === undefined ? [] : [counter]),
    rest,
  ]);
  return armored(
    Buffer.concat([
      Buffer.from('SSHSIG'),
      Buffer.from([0, 0, 0, version]),
      sshString(kind.blob),
      ...common,
      sshString(signature),
    ]),
  );
}

const jwk = (key: KeyObject) => key.export({ format: 'jwk' });
function ed25519(application?: string): Kind {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const type = application === undefined ? 'ssh-ed25519' : 'sk-ssh-ed25519@openssh.com';
  const app = application === undefined ? [] : [sshString(application)];
  const blob = Buffer.concat([sshString(type), field(jwk(publicKey).x), ...app]);
  return {
    type,
    blob,
    sign: (data) => sign(null, data, privateKey),
    ...(application !== undefined && { application }),
  };
}
const SIZES = {
  'P-256': [32, 'sha256', 'nistp256'],
  'P-384': [48, 'sha384', 'nistp384'],
  'P-521': [66, 'sha512', 'nistp521'],
} as const;
function ecdsa(curve: keyof typeof SIZES, application?: string): Kind {
  const [size, hash, name] = SIZES[curve];
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const { x = '', y = '' } = jwk(publicKey);
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const type = application === undefined ? `ecdsa-sha2-${name}` : `sk-ecdsa-sha2-${name}@openssh.com`;
  const app = application === undefined ? [] : [sshString(application)];
  return {
    type,
    blob: Buffer.concat([sshString(type), sshString(name), sshString(point), ...app]),
    sign(data) {
      const rs = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return Buffer.concat([mpint(rs.subarray(0, size)), mpint(rs.subarray(size))]);
    },
    ...(application !== undefined && { application }),
  };
}
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa = (hash: string): Kind => ({
  type: 'ssh-rsa',
  blob: Buffer.concat([sshString('ssh-rsa'), field(jwk(RSA.publicKey).e), field(jwk(RSA.publicKey).n)]),
  sign: (data) => sign(hash, data, RSA.privateKey),
});
const holds = (text: string, bytes = BYTES) =>
  verifySsh(readSshSignature(Buffer.from(text)), artefactOfBytes('tool', bytes));

describe('an ssh signature', () => {
  const kinds: [Kind, type?: string][] = [
    [ed25519()],
    [ed25519('ssh:')],
    [ecdsa('P-256')],
    [ecdsa('P-384')],
    [ecdsa('P-521')],
    [ecdsa('P-256', 'ssh:')],
    [rsa('sha256'), 'rsa-sha2-256'],
    [rsa('sha512'), 'rsa-sha2-512'],
  ];
  it('holds over its bytes by its key, of every kind and digest, and over no others', async () => {
    for (const [kind, type = kind.type] of kinds) {
      for (const hash of ['sha256', 'sha512']) {
        const text = signed(kind, { type, hash });
        assert.equal(await holds(text), true, `${type} ${hash}`);
        assert.equal(await holds(text, Buffer.from('other')), false, `${type} ${hash}`);
      }
    }
  });

  it('by ECDSA holds also where a number is shorter than its key', async () => {
    const kind = ecdsa('P-256');
    // Of one signature in 256 the first number begins with a zero byte, which is not written.
    const short = (data: Buffer) => {
      let made = kind.sign(data);
      while (made.readUInt32BE() >= 32) made = kind.sign(data);
      return made;
    };
    assert.equal(await holds(signed({ ...kind, sign: short })), true);
  });

  it('has a number no larger than its key, and nothing behind it', async () => {
    const kind = ecdsa('P-256');
    const large = {
      ...kind,
      sign: () => Buffer.concat([sshString(Buffer.alloc(33, 1)), sshString(Buffer.alloc(32, 1))]),
    };
    await assert.rejects(holds(signed(large)), {
      code: 'signature-invalid',
      message: 'a number of the signature is too large',
    });
    const zero = {
      ...kind,
      sign: () => Buffer.concat([sshString(Buffer.alloc(1)), sshString(Buffer.alloc(32, 1))]),
    };
    assert.equal(await holds(signed(zero)), false);
    const more = { ...kind, sign: (data: Buffer) => Buffer.concat([kind.sign(data), Buffer.of(0)]) };
    await assert.rejects(holds(signed(more)), { code: 'not-understood' });
  });

  it('is of the kind that its key is', async () => {
    const edwards = ed25519();
    assert.equal(await holds(signed(edwards, { type: 'sk-ssh-ed25519@openssh.com' })), false);
    assert.equal(await holds(signed(ecdsa('P-256'), { type: 'ecdsa-sha2-nistp384' })), false);
    for (const type of ['ssh-rsa', 'rsa-sha2-384'])
      await assert.rejects(holds(signed(rsa('sha1'), { type })), {
        code: 'unsupported',
        message: `RSA signature of type ${type}`,
      });
    assert.equal(await holds(signed(rsa('sha256'), { type: 'rsa-sha2-512' })), false);
  });

  it('of a security key counts only where somebody touched it, and for its own application', async () => {
    const kind = ed25519('ssh:');
    await assert.rejects(holds(signed(kind, { flags: 0 })), {
      code: 'signature-invalid',
      message: 'the security key signed without being touched',
    });
    await assert.rejects(holds(signed(kind, { flags: 4 })), { code: 'signature-invalid' });
    assert.equal(await holds(signed(kind, { flags: 5 })), true);
    assert.equal(await holds(signed({ ...kind, application: 'ssh:other' })), false);
  });
});

describe('the file of an ssh signature', () => {
  const kind = ed25519();
  const good = signed(kind);
  const stops = (text: string | Uint8Array, code: string, message: string) =>
    assert.throws(() => readSshSignature(Buffer.from(text as string)), { code, message });

  it('says what was signed, for what, and by which key', () => {
    const read = readSshSignature(Buffer.from(good));
    assert.ok(read.keyBlob.equals(kind.blob));
    assert.deepEqual(
      [read.namespace, read.hash, read.type, read.reserved.length, read.rest.length],
      ['file', 'sha512', 'ssh-ed25519', 0, 0],
    );
    assert.equal(readSshSignature(Buffer.from(signed(ed25519('ssh:')))).rest.length, 5);
    assert.ok(readSshSignature(Buffer.from(good.replaceAll('\n', '\r\n'))));
    assert.ok(readSshSignature(Buffer.from(`${good}\n\n`)));
  });

  it('is armor around one form of base64, and nothing else', () => {
    const none = 'this is no ssh signature';
    for (const text of [
      `x${good}`,
      `${good}x`,
      good.replace('BEGIN', 'BEGIN '),
      good.replace(/\n(\S)/, '\n\n$1'),
      '',
    ])
      stops(text, 'not-understood', none);
    const spare = good.replace(/(.)=\n/, (_, letter) => `${nextLetter(letter)}=\n`);
    stops(
      spare === good ? good.replace(/(\S)\n-----END/, '$1=\n-----END') : spare,
      'not-understood',
      'the ssh signature is not in proper base64',
    );
    stops(armored(Buffer.from('SSHSIX\0\0\0\u0001')), 'not-understood', none);
  });

  it('has a version, a digest and a size that are known, and ends where it says', () => {
    stops(signed(kind, { version: 2 }), 'unsupported', 'an ssh signature of another version');
    stops(signed(kind, { hash: 'sha384' }), 'unsupported', 'an ssh signature over an unknown digest');
    stops(signed(kind, { rest: Buffer.of(0) }), 'not-understood', 'the ssh data has bytes left over');
    const packed = Buffer.from(good.split('\n').slice(1, -2).join(''), 'base64');
    stops(
      armored(Buffer.concat([packed, Buffer.of(0)])),
      'not-understood',
      'the ssh data has bytes left over',
    );
    stops(armored(packed.subarray(0, -1)), 'not-understood', 'the ssh data ends too early');
    const padded = good.padEnd(64 * 1024, '\n');
    assert.ok(readSshSignature(Buffer.from(padded)));
    stops(`${padded}\n`, 'limit', 'an ssh signature is not that large');
  });
});
