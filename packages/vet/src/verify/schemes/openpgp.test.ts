import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  config,
  createCleartextMessage,
  createMessage,
  enums,
  PacketList,
  sign as pgpSign,
  readSignature,
  SignaturePacket,
} from 'openpgp';
import { artefactOfBytes } from '../artefact.ts';
import type { Expected } from '../expected.ts';
import { pgpKey } from '../testing/keys.ts';
import { BYTES, outcome as code, verified } from '../testing/outcome.ts';
import { vendoredRoot } from '../trust/root.ts';
import { openpgp, openpgpCleartext } from './openpgp.ts';

describe('OpenPGP', () => {
  it('only a signature over the bytes counts for a file: not over a text, not standing alone', async () => {
    const key = await pgpKey();
    const ring: Expected = { signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }] };
    const overBytes = await pgpSign({
      message: await createMessage({ binary: new Uint8Array(BYTES) }),
      signingKeys: key,
      detached: true,
    });
    assert.equal(await code(overBytes as string, ring), 'pass verified');
    const overText = await pgpSign({
      message: await createMessage({ text: BYTES.toString() }),
      signingKeys: key,
      detached: true,
    });
    assert.equal(await code(overText as string, ring), 'unknown unsupported');

    // It is a good signature by the right key, and over nothing: a verifier that does not look takes it for anything.
    const packet = new SignaturePacket();
    packet.signatureType = enums.signature.standalone;
    packet.publicKeyAlgorithm = key.keyPacket.algorithm;
    packet.hashAlgorithm = enums.hash.sha512;
    // Not in the library's types: date, detached, configuration.
    const make = packet.sign.bind(packet) as (...all: unknown[]) => Promise<unknown>;
    await make(key.keyPacket, {}, new Date(), false, config);
    const alone = new PacketList<SignaturePacket>();
    alone.push(packet);
    assert.equal(await code(alone.write() as Uint8Array, ring), 'unknown nothing-to-verify');
  });

  const signed = async (form: 'armored' | 'binary', bytes = BYTES) => {
    const key = await pgpKey();
    const message = await createMessage({ binary: new Uint8Array(bytes) });
    const proof = await pgpSign({ message, signingKeys: key, detached: true, format: form } as never);
    const ring: Expected = { signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }] };
    return { key, ring, proof: proof as string | Uint8Array };
  };

  it('is read in armor and in binary, of old and new packets, also after blank lines', async () => {
    const { ring, proof } = await signed('armored');
    assert.equal(await code(proof, ring), 'pass verified');
    assert.equal(await code(`\n\n  ${proof}`, ring), 'pass verified');
    const { proof: raw, ring: by } = await signed('binary');
    assert.equal(await code(raw, by), 'pass verified');
    const body = Buffer.from(raw as Uint8Array);
    assert.equal(body[0], 0xc2, 'the library writes the new form');
    const length = body[1] as number;
    assert.ok(length < 192, 'of one byte');
    const old = Buffer.concat([Buffer.from([0x88, length]), body.subarray(2)]);
    const wide = Buffer.concat([Buffer.from([0x89, 0, length]), body.subarray(2)]);
    for (const form of [old, wide]) assert.equal(await code(form, by), 'pass verified');
  });

  it('is over every piece of a file that is read in several', async () => {
    const large = Buffer.alloc(2 * 1024 * 1024 + 17, 'a longer text than one piece ');
    const { ring, proof } = await signed('armored', large);
    const found = await verified(proof, ring, { bytes: large });
    assert.equal(found.code, 'verified');
    assert.equal(found.artefact.digests.sha256, createHash('sha256').update(large).digest('hex'));
    const bent = Buffer.from(large).fill('b', 1024 * 1024, 1024 * 1024 + 1);
    assert.equal(await code(proof, ring, { bytes: bent }), 'fail signature-invalid');
  });

  it('that cannot be read, or is too large, is none', async () => {
    const { ring, proof } = await signed('armored');
    const input = (bytes: Uint8Array | string) => ({
      artefact: artefactOfBytes('tool', BYTES),
      proof: { name: 'p', bytes: Buffer.from(bytes as string) },
      expected: ring,
      trust: vendoredRoot(),
      now: new Date(),
    });
    const broken = await openpgp.verify(input('-----BEGIN PGP SIGNATURE-----\nx'));
    assert.equal(broken.code, 'not-understood');
    assert.match(broken.reason, /^this is no OpenPGP signature: /);
    const padded = `${proof}${'\n'.repeat(256 * 1024)}`;
    assert.equal((await openpgp.verify(input(padded))).code, 'limit');
    const [first] = (await readSignature({ armoredSignature: proof as string })).packets;
    const many = new PacketList();
    for (let at = 0; at < 33; at++) many.push(first as never);
    assert.equal((await openpgp.verify(input(many.write()))).code, 'limit');
  });

  it('is recognised by its armor or its first packet', () => {
    const is = (bytes: number[] | string) =>
      openpgp.recognise({ name: 'x', bytes: Buffer.from(bytes as string) });
    const good = ['-----BEGIN PGP SIGNATURE-----', ' \n-----BEGIN PGP SIGNATURE-----'];
    const packets = [
      [0x88, 9, 4],
      [0x88, 9, 6],
      [0x89, 0, 9, 4],
      [0x8a, 0, 0, 0, 9, 4],
      [0xc2, 9, 4],
      [0xc2, 200, 9, 4],
      [0xc2, 255, 0, 0, 0, 9, 4],
    ];
    for (const one of [...good, ...packets]) assert.equal(is(one), true, String(one));
    const bad = ['', 'x-----BEGIN PGP SIGNATURE-----', '-----BEGIN PGP MESSAGE-----'];
    const others = [
      [0x88, 9, 3],
      [0x8b, 4, 4, 4, 4, 4],
      [0x89, 4, 9, 3],
      [0x99, 9, 4],
      [0xc2, 9, 3],
      [0xc6, 9, 4],
    ];
    for (const one of [...bad, ...others]) assert.equal(is(one), false, String(one));
  });
});

describe('a cleartext-signed file', () => {
  it('is artefact and proof in one, and says of which file the text is', async () => {
    const key = await pgpKey();
    const message = await createCleartextMessage({ text: 'Codename: trixie' });
    const text = String(await pgpSign({ message, signingKeys: key }));
    const signers: Expected['signers'] = [{ kind: 'openpgp', keyring: key.toPublic().write() }];
    const found = await verified(text, { signers }, { bytes: Buffer.from(text) });
    const sha256 = createHash('sha256').update(text).digest('hex');
    assert.deepEqual([found.scheme, found.code], ['openpgp-cleartext', 'verified']);
    assert.equal(found.notes.at(-1), `the signed text is within the file with sha256 ${sha256}`);
    // It is the artefact that is read, not the proof beside it.
    assert.equal(
      await code(text, { signers }, { bytes: Buffer.from(text.replace('trixie', 'forky')) }),
      'fail signature-invalid',
    );
    const is = (bytes: string) => openpgpCleartext.recognise({ name: 'x', bytes: Buffer.from(bytes) });
    assert.deepEqual(
      [is(text), is(` ${text}`), is('-----BEGIN PGP SIGNED MESSAGE----')],
      [true, false, false],
    );
  });
});
