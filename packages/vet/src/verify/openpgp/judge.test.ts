import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  config,
  createMessage,
  enums,
  generateKey,
  PacketList,
  type PrivateKey,
  sign as pgpSign,
  readSignature,
  revokeKey,
  type Signature,
  SignaturePacket,
  verify,
} from 'openpgp';
import type { Expected } from '../expected.ts';
import { BYTES, outcome, verified } from '../testing/outcome.ts';

import { boundSignatures, judgeSignatures } from './judge.ts';

const NOW = new Date('2026-11-20T00:00:00Z');
const verdict = (proof: Uint8Array | string, expected: Expected, now = NOW) =>
  outcome(proof, expected, { now });

describe('OpenPGP keys', () => {
  const user = { userIDs: [{ name: 'Me' }], format: 'object' as const };
  const ring = (key: { write(): Uint8Array }): Expected => ({
    signers: [{ kind: 'openpgp', keyring: key.write() }],
  });
  const signedBy = async (signingKeys: Awaited<ReturnType<typeof generateKey>>['privateKey'], date?: Date) =>
    (await pgpSign({
      message: await createMessage({ binary: new Uint8Array(BYTES) }),
      signingKeys: signingKeys as never,
      detached: true,
      ...(date && { date }),
    })) as string;

  it('that has ended since: unknown, for only the signer says that it signed before', async () => {
    const date = new Date('2025-01-01T00:00:00Z');
    const { privateKey } = await generateKey({ ...user, date, keyExpirationTime: 86_400 * 30 });
    const signature = await signedBy(privateKey, new Date('2025-01-02T00:00:00Z'));
    assert.equal(await verdict(signature, ring(privateKey.toPublic())), 'unknown expired-key-undated');
    assert.equal(
      await verdict(signature, ring(privateKey.toPublic()), new Date('2025-01-03T00:00:00Z')),
      'pass verified',
    );
  });
  it('that was revoked: fail', async () => {
    const { privateKey } = await generateKey({ ...user, date: new Date('2025-01-01T00:00:00Z') });
    const signature = await signedBy(privateKey, new Date('2025-01-02T00:00:00Z'));
    const { publicKey } = await revokeKey({
      key: privateKey,
      format: 'object',
      date: new Date('2025-02-01T00:00:00Z'),
    });
    assert.equal(await verdict(signature, ring(publicKey)), 'fail key-revoked');
  });
  it('that are subkeys end and are revoked on their own', async () => {
    const date = new Date('2025-01-01T00:00:00Z');
    const subkeyOf = async (subkey: object) => {
      const { privateKey } = await generateKey({
        ...user,
        date,
        subkeys: [{ sign: true, ...subkey } as never],
      });
      const signature = (await pgpSign({
        message: await createMessage({ binary: new Uint8Array(BYTES) }),
        signingKeys: privateKey,
        signingKeyIDs: privateKey.subkeys.map((one) => one.getKeyID()),
        detached: true,
        date: new Date('2025-01-10T00:00:00Z'),
      } as never)) as string;
      return { privateKey, signature };
    };
    const ending = await subkeyOf({ keyExpirationTime: 86_400 * 30 });
    const ringOf = ring(ending.privateKey.toPublic());
    assert.equal(await verdict(ending.signature, ringOf), 'unknown expired-key-undated');
    const then = new Date('2025-01-11T00:00:00Z');
    assert.equal(await verdict(ending.signature, ringOf, then), 'pass verified');

    const revoked = await subkeyOf({});
    const [subkey] = revoked.privateKey.subkeys;
    assert.ok(subkey);
    const flag = enums.reasonForRevocation.keySuperseded;
    const after = new Date('2025-03-01T00:00:00Z');
    revoked.privateKey.subkeys[0] = await subkey.revoke(
      revoked.privateKey.keyPacket as never,
      { flag, string: '' } as never,
      after,
    );
    assert.equal(await verdict(revoked.signature, ring(revoked.privateKey.toPublic())), 'fail key-revoked');
  });
  it('sign once or twice, and not a thousand times: refused before each hashes the file', async () => {
    const { privateKey } = await generateKey(user);
    const one = (await readSignature({ armoredSignature: await signedBy(privateKey) })).write();
    const many = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from(one)));
    assert.equal(await verdict(many, ring(privateKey.toPublic())), 'unknown limit');
  });
  it('pinned by fingerprint: no other of the ring will do', async () => {
    const [{ privateKey: mine }, { privateKey: other }] = [await generateKey(user), await generateKey(user)];
    const keyring = Buffer.concat([mine.toPublic().write(), other.toPublic().write()]);
    const pinned = (fingerprint: string): Expected => ({
      signers: [{ kind: 'openpgp', keyring, fingerprint }],
    });
    const now = new Date(Date.now() + 60_000);
    const signature = await signedBy(mine);
    assert.equal(await verdict(signature, pinned(mine.getFingerprint()), now), 'pass verified');
    assert.equal(await verdict(signature, pinned(other.getFingerprint()), now), 'unknown unknown-key');
  });

  const signedAll = async (signers: PrivateKey[], date = new Date('2025-01-02T00:00:00Z')) =>
    String(
      await pgpSign({
        message: await createMessage({ binary: new Uint8Array(BYTES) }),
        signingKeys: signers,
        detached: true,
        date,
      }),
    );
  const newKey = async (more: object = {}) =>
    (await generateKey({ ...user, date: new Date('2025-01-01T00:00:00Z'), ...more })).privateKey;
  const found = (proof: string, expected: Expected, now = NOW) => verified(proof, expected, { now });

  it('say who signed, with which key, and when they say that it was', async () => {
    const key = await newKey();
    const one = await found(await signedAll([key]), ring(key.toPublic()));
    assert.equal(one.reason, 'signed with the OpenPGP key of Me');
    assert.deepEqual(one.signer, {
      kind: 'key',
      algorithm: `OpenPGP ${key.getAlgorithmInfo().algorithm}`,
      fingerprint: key.getFingerprint().toUpperCase(),
      name: 'Me',
    });
    assert.deepEqual(one.time, { at: '2025-01-02T00:00:00.000Z', from: 'claim' });
    assert.deepEqual(one.notes, []);
    const nasty = await newKey({ userIDs: [{ name: 'Me\u202e\u001b[31m' }] });
    const harmless = await found(await signedAll([nasty]), ring(nasty.toPublic()));
    assert.equal(harmless.signer?.kind === 'key' && harmless.signer.name, 'Me [31m');
  });

  it('one known that holds is enough beside unknown ones, which are noted; none known is unknown', async () => {
    const [mine, other] = [await newKey(), await newKey()];
    const both = await signedAll([other, mine]);
    const id = other.getKeyID().toHex().toUpperCase();
    const one = await found(both, ring(mine.toPublic()));
    assert.deepEqual(
      [one.code, one.notes],
      ['verified', [`also signed with key ${id}, which was not given`]],
    );
    const none = await found(await signedAll([other]), ring(mine.toPublic()));
    assert.deepEqual(
      [none.code, none.reason],
      ['unknown-key', `signed with OpenPGP key ${id}, which is not in the key ring`],
    );
  });

  it('one known that does not hold is a failure, whatever the others say', async () => {
    const [mine, other] = [await newKey(), await newKey()];
    const raw = async (key: PrivateKey, bytes = BYTES) => {
      const message = await createMessage({ binary: new Uint8Array(bytes) });
      const form = {
        message,
        signingKeys: key,
        detached: true,
        format: 'binary',
        date: new Date('2025-01-02T00:00:00Z'),
      };
      return Buffer.from((await pgpSign(form as never)) as Uint8Array);
    };
    const keys: Expected = {
      signers: [mine, other].map((key) => ({ kind: 'openpgp', keyring: key.toPublic().write() })),
    };
    const good = await raw(mine);
    const bad = await raw(other, Buffer.from('other bytes'));
    for (const file of [Buffer.concat([good, bad]), Buffer.concat([bad, good])])
      assert.equal(await outcome(file, keys, { now: NOW }), 'fail signature-invalid');
    assert.equal(await outcome(Buffer.concat([good, await raw(other)]), keys, { now: NOW }), 'pass verified');
    const reason = (await verified(bad, keys, { now: NOW })).reason;
    assert.match(reason, /^the OpenPGP signature does not hold: /);
  });

  it('one that has ended does not hide another that has not', async () => {
    const [ended, lasting] = [await newKey({ keyExpirationTime: 86_400 * 30 }), await newKey()];
    const keys: Expected = {
      signers: [ended, lasting].map((key) => ({ kind: 'openpgp', keyring: key.toPublic().write() })),
    };
    assert.equal(await verdict(await signedAll([ended, lasting]), keys), 'pass verified');
    const one = await found(await signedAll([ended]), keys);
    assert.deepEqual(
      [one.code, one.reason],
      [
        'expired-key-undated',
        'the OpenPGP key ended on 2025-01-31, and that it signed on 2025-01-02 is only what the signer says',
      ],
    );
    assert.equal(one.signer?.kind, 'key');
  });

  it('of tomorrow do not count, and not those with a digest that no longer holds', async () => {
    const key = await newKey();
    const early = await found(await signedAll([key]), ring(key.toPublic()), new Date('2025-01-01T12:00:00Z'));
    assert.equal(early.code, 'key-expired');
    assert.match(early.reason, /^the OpenPGP signature does not count: /);
    const old = await newKey({ type: 'ecc', curve: 'nistP256' });
    // The library adds a salt by itself, and has none for so old a digest.
    const weak = { nonDeterministicSignaturesViaNotation: false };
    const message = await createMessage({ binary: new Uint8Array(BYTES) });
    const packet = new SignaturePacket();
    packet.signatureType = enums.signature.binary;
    packet.publicKeyAlgorithm = old.keyPacket.algorithm;
    packet.hashAlgorithm = enums.hash.sha1;
    const make = packet.sign.bind(packet) as (...all: unknown[]) => Promise<unknown>;
    await make(old.keyPacket, message.packets[0], new Date('2025-01-02T00:00:00Z'), true, {
      ...config,
      ...weak,
    });
    const list = new PacketList<SignaturePacket>();
    list.push(packet);
    const judged = await verified(list.write() as Uint8Array, ring(old.toPublic()), { now: NOW });
    assert.equal(judged.code, 'unsupported', judged.reason);
    assert.match(judged.reason, /^not counted as a signature: /);
  });

  it('of a subkey name it', async () => {
    const key = await newKey({ subkeys: [{ sign: true }] });
    const [subkey] = key.subkeys;
    assert.ok(subkey);
    const id = subkey.getKeyID();
    const message = await createMessage({ binary: new Uint8Array(BYTES) });
    const form = {
      message,
      signingKeys: key,
      signingKeyIDs: id,
      detached: true,
      date: new Date('2025-01-02T00:00:00Z'),
    };
    const one = await found(String(await pgpSign(form as never)), ring(key.toPublic()));
    assert.equal(one.code, 'verified');
    assert.match(
      one.signer?.kind === 'key' ? one.signer.algorithm : '',
      new RegExp(`, subkey ${id.toHex().toUpperCase()}$`),
    );
  });

  it('may be 32 and no more', () => {
    const of = (length: number) => ({ packets: Array(length) }) as unknown as Signature;
    boundSignatures(of(32));
    assert.throws(() => boundSignatures(of(33)), {
      code: 'limit',
      message: 'more than 32 OpenPGP signatures',
    });
  });

  it('are of one kind: those over bytes count for a text as well, those over a text for no bytes', async () => {
    const key = await newKey();
    const date = new Date('2025-01-02T00:00:00Z');
    const judged = async (given: { text: string } | { binary: Uint8Array }, type: 'binary' | 'text') => {
      const message = await createMessage(given as never);
      const signature = await readSignature({
        armoredSignature: String(await pgpSign({ message, signingKeys: key, detached: true, date })),
      });
      const { signatures } = await verify({ message, signature, verificationKeys: key, date: NOW });
      return judgeSignatures(signatures, [key.toPublic()], type, NOW).then(
        ({ code }) => code,
        ({ code }) => code,
      );
    };
    const binary = new Uint8Array(BYTES);
    assert.equal(await judged({ binary }, 'binary'), 'verified');
    assert.equal(await judged({ binary }, 'text'), 'verified');
    assert.equal(await judged({ text: 'x' }, 'text'), 'verified');
    assert.equal(await judged({ text: 'x' }, 'binary'), 'unsupported');
  });
});
