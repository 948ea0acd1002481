import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  armor,
  createCleartextMessage,
  enums,
  generateKey,
  PacketList,
  sign as pgpSign,
  readCleartextMessage,
} from 'openpgp';
import type { Expected } from '../expected.ts';
import { Stop } from '../stop.ts';
import { pgpKey } from '../testing/keys.ts';
import { outcome as code } from '../testing/outcome.ts';
import { verifyCleartext } from './cleartext.ts';

async function made(text: string) {
  const key = await pgpKey();
  const file = await pgpSign({ message: await createCleartextMessage({ text }), signingKeys: key });
  return { key, file: String(file).replaceAll('\r', '') };
}

describe('an OpenPGP cleartext file', () => {
  it('counts only when the file is nothing else', async () => {
    const key = await pgpKey();
    const ring: Expected = { signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }] };
    const text = String(
      await pgpSign({
        message: await createCleartextMessage({ text: 'Codename: trixie' }),
        signingKeys: key,
      }),
    );
    const judge = (file: string) => code(file, ring, { bytes: Buffer.from(file) });
    assert.equal(await judge(text), 'pass verified');
    assert.equal(await judge(`${text}Codename: forky\n`), 'fail signature-invalid');
    assert.equal(
      await judge(text.replace('Hash: SHA512', 'Hash: SHA512\nComment: Codename: forky')),
      'fail signature-invalid',
    );
    assert.equal(await judge(text.replace('trixie', 'forky')), 'fail signature-invalid');
    assert.notEqual((await judge(`Codename: forky\n${text}`)).split(' ')[0], 'pass');
    assert.notEqual((await judge(`${text}${text}`)).split(' ')[0], 'pass');
  });

  it('with lines that only a lenient parser takes for the end of the text is refused', async () => {
    const { privateKey } = await generateKey({ userIDs: [{ name: 'Me' }], format: 'object' });
    const message = await createCleartextMessage({ text: 'signed\n- dashed\n' });
    const good = String(await pgpSign({ message, signingKeys: privateKey }));
    const [begin, end] = ['-----BEGIN PGP SIGNATURE-----', '-----END PGP SIGNATURE-----'];
    const signers = [{ kind: 'openpgp' as const, keyring: privateKey.toPublic().write() }];
    const judge = (text: string) => code(text, { signers }, { bytes: Buffer.from(text) });
    assert.equal(await judge(good), 'pass verified');
    const twice = good.replace(begin, `${begin} `).replace(end, `${end} \nunsigned\n${begin}\n${end}`);
    assert.equal(await judge(twice), 'fail signature-invalid');
    assert.equal(await judge(good.replace(end, `${end} \nunsigned\n${end}`)), 'fail signature-invalid');
  });

  it('gives back the text that was signed, and nothing else of the file', async () => {
    const { key, file } = await made('Codename: trixie\n- dashed\nend');
    const expected: Expected = { signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }] };
    const { found, text } = await verifyCleartext(Buffer.from(file), expected, new Date(Date.now() + 1000));
    assert.equal(text, 'Codename: trixie\n- dashed\nend');
    assert.equal(found.code, 'verified');
    const crlf = file.replaceAll(/\r?\n/g, '\r\n');
    const read = await verifyCleartext(Buffer.from(crlf), expected, new Date(Date.now() + 1000));
    assert.equal(read.text.replaceAll('\r', ''), text);
  });

  it('has a form, and each fault of it its reason', async () => {
    const { key, file } = await made('text');
    const expected: Expected = { signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }] };
    const judge = async (bytes: string | Uint8Array): Promise<string> => {
      try {
        return (await verifyCleartext(Buffer.from(bytes as string), expected, new Date())).text;
      } catch (error) {
        assert.ok(error instanceof Stop);
        return `${error.code}: ${error.message}`;
      }
    };
    const none = 'not-understood: this is no cleartext-signed file';
    const outside = 'signature-invalid: the file holds lines outside the signed text';
    const begin = '-----BEGIN PGP SIGNED MESSAGE-----';
    const [sig, end] = ['-----BEGIN PGP SIGNATURE-----', '-----END PGP SIGNATURE-----'];
    assert.equal(await judge(`\n${file}`), none);
    assert.equal(await judge(file.replace(sig, '')), none);
    assert.equal(await judge(file.replace(end, '')), none);
    assert.equal(await judge(file.replace(`${sig}`, `${sig}\n${sig}`)), none);
    assert.equal(await judge(file.replace('text', begin)), none);
    assert.equal(await judge(`${file}\nx`), outside);
    assert.equal(await judge(file.replace('text', '-text')), outside);
    assert.equal(await judge(file.replace(/Hash: .*/, 'Hash: SHA512\nVersion: 1')), outside);
    assert.match(
      await judge(file.replace(/\r?\n\r?\n[A-Za-z0-9+/=\s]+-----END/, '\n\nAAAA\n-----END')),
      /^not-understood: the signed text cannot be read: /,
    );
    assert.equal(
      await judge(Buffer.concat([Buffer.from([0xff]), Buffer.from(file)])),
      'not-understood: the signed text is not UTF-8',
    );
    assert.equal(await judge(Buffer.alloc(16 * 1024 * 1024 + 1)), 'limit: the signed text is over 16 MiB');
    assert.notEqual(
      await judge(Buffer.alloc(16 * 1024 * 1024, ' ')),
      'limit: the signed text is over 16 MiB',
    );
    const stranger: Expected = { signers: [] };
    await assert.rejects(verifyCleartext(Buffer.from(file), stranger, new Date()), { code: 'unknown-key' });
  });

  it('may be signed by many, and not by more than is looked at', async () => {
    const { key, file } = await made('text');
    const expected: Expected = { signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }] };
    const [packet] = (
      (await readCleartextMessage({ cleartextMessage: file })) as unknown as {
        signature: { packets: unknown[] };
      }
    ).signature.packets;
    const signedTimes = (count: number) => {
      const list = new PacketList();
      for (let at = 0; at < count; at++) list.push(packet as never);
      const block = armor(enums.armor.signature, list.write()).replaceAll('\r', '');
      return Buffer.from(`${file.slice(0, file.indexOf('-----BEGIN PGP SIGNATURE'))}${block}`);
    };
    const now = new Date(Date.now() + 1000);
    assert.equal((await verifyCleartext(signedTimes(2), expected, now)).found.code, 'verified');
    await assert.rejects(verifyCleartext(signedTimes(33), expected, now), { code: 'limit' });
  });
});
