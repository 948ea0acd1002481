import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { armor, createMessage, enums, PacketList, sign as pgpSign, readSignature } from 'openpgp';
import type { Expected } from '../expected.ts';
import { gitTag, pgpKey, sshKey } from '../testing/keys.ts';
import { nextLetter } from '../testing/next-letter.ts';
import { outcome as code, verified } from '../testing/outcome.ts';
import { SIGNED_AT } from '../testing/signer.ts';
import { gitObject } from './git-object.ts';

describe('a signed tag of git', () => {
  const key = sshKey();
  const allowed = (line: string): Expected => ({
    signers: [{ kind: 'ssh', allowedSigners: line, principal: 'me@x' }],
  });

  it('has one form only: spare bits and lone carriage returns are not passed over', async () => {
    const tag = gitTag(key).toString('latin1');
    const of = (text: string, line = `me@x ${key.line}`) => {
      const bytes = Buffer.from(text, 'latin1');
      return code(bytes, allowed(line), { name: 'tag v1', bytes });
    };
    assert.equal(await of(tag), 'pass verified');
    const spare = tag.replace(/(.)=\n/, (_, letter) => `${nextLetter(letter)}=\n`);
    assert.notEqual(spare, tag);
    assert.equal(await of(spare), 'unknown not-understood');
    assert.equal(await of(tag.replace(/(\S{70})\n/, '$1\r')), 'unknown not-understood');
    assert.equal(await of(tag.replace(/\n$/, '\v')), 'unknown not-understood');
    assert.equal(await of(tag, `me@x ${key.line.slice(0, -1)}`), 'unknown not-understood');
  });

  it('is of the version that it is called, whoever else could be meant', async () => {
    const table: [purl: string, outcome: string][] = [
      ['pkg:github/acme/tool@v1', 'pass verified'],
      ['pkg:github/acme/tool@1', 'pass verified'],
      ['pkg:github/acme/tool', 'pass verified'],
      ['pkg:github/acme/tool@v9.9.9', 'fail other-subject'],
      ['tool', 'unknown provenance-undecided'],
    ];
    const expected = allowed(`me@x ${key.line}`);
    for (const [purl, outcome] of table) {
      const tag = gitTag(key);
      assert.equal(await code(tag, { ...expected, purl }, { bytes: tag }), outcome, purl);
    }
  });

  it('by a key that has ended since is unknown: its date is only what the signer says', async () => {
    const tag = gitTag(key);
    const expected = allowed(`me@x valid-before="20980101Z" ${key.line}`);
    const at = (now: string) => code(tag, expected, { name: 'tag v1', bytes: tag, now: new Date(now) });
    assert.equal(await at('2097-12-31T00:00:00Z'), 'pass verified');
    assert.equal(await at('2099-01-01T00:00:00Z'), 'unknown expired-key-undated');
  });

  it('is verified under its own name only', async () => {
    const tag = gitTag(key);
    assert.equal(
      await code(tag, allowed(`me@x ${key.line}`), { name: 'tag v1', bytes: tag }),
      'pass verified',
    );
    assert.equal(
      await code(tag, allowed(`me@x ${key.line}`), { name: 'tag v2', bytes: tag }),
      'fail other-subject',
    );
  });

  const found = (bytes: Buffer, name = 'p', more: Partial<Expected> = {}) =>
    verified(bytes, { ...allowed(`me@x ${key.line}`), ...more }, { name, bytes });
  /** Any object, signed at its end as a tag is. */
  const signed = (payload: string) =>
    Buffer.concat([Buffer.from(payload), key.sign(Buffer.from(payload), 'git')]);
  const TAG = `object ${'a'.repeat(40)}\ntype commit\ntag v1\n`;

  it('says who signed, when the tagger says that it was, and of which commit it is', async () => {
    const one = await found(gitTag(key), 'tag v1', { purl: 'pkg:github/acme/tool@v1' });
    assert.equal(one.reason, 'signed with the ssh key of me@x');
    assert.deepEqual(one.time, { at: SIGNED_AT.toISOString(), from: 'claim' });
    assert.deepEqual(one.notes, [
      'a tag names no package: of pkg:github/acme/tool@v1 only the version was checked',
      `the tag is of commit ${'a'.repeat(40)}`,
    ]);
    const undated = await found(signed(`${TAG}tagger Me <me@x>\n\nx\n`));
    assert.deepEqual([undated.code, undated.time], ['verified', { from: 'none' }]);
  });

  it('names what was not checked, and what it is instead', async () => {
    const said = async (purl: string, bytes = gitTag(key)) => (await found(bytes, 'p', { purl })).reason;
    const { notes } = await found(gitTag(key), 'p', { purl: 'pkg:github/acme/tool' });
    assert.equal(
      notes[0],
      'it names no package and version: that it is pkg:github/acme/tool was not checked',
    );
    assert.equal(await said('pkg:github/acme/tool@v2'), 'the signed tag is called v1, and is not of v2');
    assert.equal(await said('tool'), 'tool is no package URL');
    const lib = signed(`object ${'a'.repeat(40)}\ntype commit\ntag lib/v1\ntagger Me <me@x> 5 +0000\n\nx\n`);
    const part = await found(lib, 'p', { purl: 'pkg:github/acme/tool@v1' });
    assert.deepEqual(
      [part.code, part.reason],
      ['provenance-undecided', 'the signed tag lib/v1 may be of another part of the repository than tool'],
    );
    assert.equal((await found(gitTag(key), 'tag v2')).reason, 'the signed tag is called v1, not v2');
    assert.equal(
      (await found(gitTag(key), 'the tag v2')).code,
      'verified',
      'only "tag NAME" asks for a name',
    );
    // What stands in the message is no name.
    const nameless = signed(`object ${'a'.repeat(40)}\ntype commit\ntagger Me <me@x> 5 +0000\n\ntag v2\n`);
    assert.equal((await found(nameless, 'tag v2')).reason, 'the signed tag is called nothing, not v2');
  });

  it('is signed by what stands last in it, and by nothing that its message quotes', async () => {
    const quoted = key.sign(Buffer.from('x'), 'git').toString();
    const tag = signed(`${TAG}tagger Me <me@x> 5 +0000\n\n${quoted}`);
    assert.equal((await found(tag)).code, 'verified');
    const unsigned = await found(Buffer.from(`${TAG}tagger Me <me@x> 5 +0000\n\nx\n`));
    assert.deepEqual([unsigned.code, unsigned.reason], ['nothing-to-verify', 'the tag is not signed']);
    for (const form of ['-----BEGIN SIGNED MESSAGE-----', '-----BEGIN PGP MESSAGE-----']) {
      const other = await found(Buffer.concat([tag, Buffer.from(`${form}\nx\n`)]));
      assert.equal(other.code, 'unsupported', form);
    }
  });

  it('is recognised as a tag or a commit, and nothing else is', () => {
    const is = (text: string) => gitObject.recognise({ name: 'x', bytes: Buffer.from(text) });
    for (const good of [
      TAG,
      `tree ${'a'.repeat(40)}\n`,
      `tree ${'a'.repeat(64)}\n`,
      `object ${'a'.repeat(64)}\ntype x`,
    ])
      assert.equal(is(good), true, good);
    for (const bad of [
      '',
      `object ${'a'.repeat(39)}\ntype x`,
      ` ${TAG}`,
      `tree ${'g'.repeat(40)}\n`,
      `object ${'a'.repeat(40)}\n`,
    ])
      assert.equal(is(bad), false, bad);
  });
});

describe('a signed commit of git', () => {
  const key = sshKey();
  const expected: Expected = {
    signers: [{ kind: 'ssh', allowedSigners: `me@x ${key.line}`, principal: 'me@x' }],
  };
  const [begin, end] = [
    `tree ${'a'.repeat(40)}\nauthor Me <me@x> 5 +0000\ncommitter Me <me@x> 1780000000 +0000\n`,
    '\nA commit\n',
  ];
  const header = (text: Buffer | string, name = 'gpgsig') =>
    `${name} ${String(text).trimEnd().replaceAll('\n', '\n ')}\n`;
  const signature = key.sign(Buffer.from(begin + end), 'git');
  const found = (text: string, more: Partial<Expected> = {}) =>
    verified(text, { ...expected, ...more }, { name: 'commit', bytes: Buffer.from(text) });

  it('is signed by its header, over all of it but that', async () => {
    for (const name of ['gpgsig', 'gpgsig-sha256']) {
      const good = await found(begin + header(signature, name) + end);
      assert.deepEqual([good.code, good.notes], ['verified', []], good.reason);
      assert.deepEqual(good.time, { at: '2026-05-28T20:26:40.000Z', from: 'claim' });
    }
    assert.equal((await found(begin + header(signature) + end.replace('A', 'B'))).code, 'signature-invalid');
    assert.equal((await found(begin.replace('5', '6') + header(signature) + end)).code, 'signature-invalid');
  });

  it('names no version, and says so', async () => {
    const { code, notes } = await found(begin + header(signature) + end, { purl: 'pkg:github/acme/tool@v1' });
    assert.equal(code, 'verified');
    assert.match(notes.join(), /^it names no package and version/);
  });

  it('is not signed by what stands in its message, nor by two', async () => {
    assert.equal((await found(`${begin}\n${header(signature)}`)).reason, 'the commit is not signed');
    const two = await found(begin + header(signature) + header(signature) + end);
    assert.deepEqual([two.code, two.reason], ['unsupported', 'the commit has several signatures']);
  });

  it('may be signed with OpenPGP, and what cannot be read is not understood', async () => {
    const pgp = await pgpKey();
    const message = await createMessage({ binary: new Uint8Array(Buffer.from(begin + end)) });
    const armored = String(await pgpSign({ message, signingKeys: pgp, detached: true })).replaceAll('\r', '');
    const ring: Expected['signers'] = [{ kind: 'openpgp', keyring: pgp.toPublic().write() }];
    const good = await found(begin + header(armored) + end, { signers: ring });
    assert.deepEqual(
      [good.code, good.reason],
      ['verified', 'signed with the OpenPGP key of Me <me@acme.example>'],
    );
    assert.equal(
      (await found(`${begin}${header(armored)}${end}x`, { signers: ring })).code,
      'signature-invalid',
    );
    const broken = await found(begin + header('-----BEGIN PGP SIGNATURE-----\n\nx\n') + end, {
      signers: ring,
    });
    assert.equal(broken.code, 'not-understood');
    assert.match(broken.reason, /^the OpenPGP signature cannot be read: /);
    const raw = (await readSignature({ armoredSignature: armored })).write();
    const many = new PacketList();
    const [packet] = (await readSignature({ binarySignature: raw })).packets;
    for (let at = 0; at < 33; at++) many.push(packet as never);
    const text = armor(enums.armor.signature, many.write()).replaceAll('\r', '');
    assert.equal((await found(begin + header(text) + end, { signers: ring })).code, 'limit');
  });
});
