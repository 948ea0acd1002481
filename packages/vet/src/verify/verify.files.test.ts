import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { createCleartextMessage, sign } from 'openpgp';
import { artefactOfBytes } from './artefact.ts';
import type { Expected } from './expected.ts';
import { gitTag, minisignKey, pgpKey, sshKey } from './testing/keys.ts';
import type { TrustRoot } from './trust/root.ts';
import { type VerifyFiles, verifyArtefact } from './verify.ts';

const BYTES = Buffer.from('a tool\n');
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const NOW = new Date('2026-06-01T00:00:00Z');
const key = minisignKey(1);
const pinned: Expected = { signers: [key.expected] };
const file = (name: string, bytes: Buffer | string) => ({ name, bytes: Buffer.from(bytes) });
/** None of these asks a trust root. */
const none = {} as TrustRoot;
const verify = (files: VerifyFiles, expected: Expected = pinned, bytes: Buffer = BYTES) =>
  verifyArtefact(artefactOfBytes('tool', bytes), files, expected, none, NOW);
const told = async (...args: Parameters<typeof verify>) => {
  const { verdict, code, reason } = await verify(...args);
  return `${verdict} ${code}: ${reason}`;
};

describe('what lies beside an artefact', () => {
  it('is nothing, or nothing that is understood', async () => {
    assert.equal(
      await told({}),
      'unknown nothing-to-verify: there is no signature, bundle or checksum file to verify with',
    );
    assert.equal(
      await told({ proof: file('x.txt', 'hello') }),
      'unknown not-understood: x.txt is no signature, bundle or checksum file that is understood',
    );
    for (const files of [{}, { proof: file('x', 'hello') }])
      assert.deepEqual(
        (await verify(files)).artefact,
        { name: 'tool', size: BYTES.length, digests: { sha256: SHA256 } },
        'which bytes it was is told all the same',
      );
  });

  it('is a list that nobody signed: it shows integrity and no more', async () => {
    const list = file('SUMS', `${SHA256}  tool\n`);
    const found = await verify({ checksums: list });
    assert.deepEqual([found.verdict, found.code, found.scheme], ['unknown', 'integrity-only', 'checksums']);
    assert.equal((await verify({ checksums: list }, pinned, Buffer.from('other'))).verdict, 'fail');
  });

  it('is a signature that does not say what was asked for', async () => {
    const proof = file('tool.minisig', key.sign(BYTES));
    assert.equal((await verify({ proof })).code, 'verified');
    for (const more of [{ sourceRepository: 'https://x' }, { sourceRef: 'refs/tags/v1' }, { builder: 'b' }])
      assert.match(
        await told({ proof }, { ...pinned, ...more }),
        /^unknown provenance-undecided: .+; but such a signature does not say what it was built from$/,
      );
    const note = (purl: string) =>
      `such a signature names no package and version: that it is ${purl} was not checked`;
    const purl = 'pkg:generic/tool@1';
    const noted = async (expected: Expected, bytes = proof) =>
      (await verify({ proof: bytes }, expected)).notes.filter((one) => one === note(purl)).length;
    assert.deepEqual([await noted(pinned), await noted({ ...pinned, purl })], [0, 1]);
    const bent = file('tool.minisig', key.sign(Buffer.from('other')));
    assert.match(await told({ proof: bent }, { ...pinned, builder: 'b' }), /^fail signature-invalid/);
  });

  it('is a tag, which looks at its version itself', async () => {
    const ssh = sshKey();
    const tag = gitTag(ssh);
    const allowedSigners = `me@acme.example ${ssh.line}\n`;
    const expected: Expected = {
      signers: [{ kind: 'ssh', allowedSigners, principal: 'me@acme.example' }],
      purl: 'pkg:github/acme/tool@v1',
    };
    const found = await verify({ proof: file('v1', tag) }, expected, tag);
    assert.deepEqual([found.verdict, found.scheme], ['pass', 'git-object'], found.reason);
    assert.ok(!found.notes.some((one) => one.includes('was not checked')), found.notes.join());
  });
});

describe('a signed list', () => {
  const LIST = Buffer.from(`${SHA256}  tool\n${'0'.repeat(64)}  other\n`);
  const checksums = file('SUMS', LIST);
  const proof = file('SUMS.minisig', key.sign(LIST));

  it('holds where both hold: the signature over it, and what it says of the bytes', async () => {
    const found = await verify({ checksums, proof });
    assert.deepEqual([found.verdict, found.code, found.scheme], ['pass', 'verified', 'minisign']);
    assert.match(found.reason, /^SUMS names these bytes and is ./);
    assert.deepEqual(found.artefact, { name: 'tool', size: BYTES.length, digests: { sha256: SHA256 } });
    assert.ok(found.notes.includes(`SUMS: sha256 ${sha256(LIST)}`), found.notes.join());
  });

  it('decides nothing better than its signature, nor than what it says', async () => {
    const other = { signers: [minisignKey(2).expected] };
    const stranger = await told({ checksums, proof }, other);
    assert.doesNotMatch(stranger, /^pass/);
    assert.match(stranger, /: the checksum file: ./);
    const forged = await told({ checksums, proof: file('SUMS.minisig', key.sign(Buffer.from('x'))) });
    assert.match(forged, /^fail signature-invalid: the checksum file: ./);
    const nobody = await verify({ checksums, proof }, { signers: [] });
    assert.deepEqual([nobody.verdict, nobody.scheme], ['unknown', 'minisign']);
    assert.match(nobody.reason, /^the checksum file: /);
    assert.deepEqual(nobody.artefact.digests, { sha256: SHA256 }, 'the artefact is ours, and not the list');
    // A good signature over a list that names other bytes, or not these.
    assert.match(await told({ checksums, proof }, pinned, Buffer.from('evil')), /^fail artefact-mismatch/);
    const names = Buffer.from(`${SHA256}  else\n`);
    const unnamed = { checksums: file('SUMS', names), proof: file('s', key.sign(names)) };
    assert.doesNotMatch(await told(unnamed, pinned, Buffer.from('evil')), /^pass/);
    // Nobody expected, and other bytes: what is worse counts.
    assert.match(await told({ checksums, proof }, { signers: [] }, Buffer.from('evil')), /^fail/);
  });

  it('may be signed around its text: only that is read', async () => {
    const signer = await pgpKey();
    const keyring = signer.toPublic().write();
    const signed = async (text: string) =>
      String(await sign({ message: await createCleartextMessage({ text }), signingKeys: signer }));
    const mine: Expected = { signers: [{ kind: 'openpgp', keyring }] };
    const now = new Date(Date.now() + 60_000);
    const judge = async (text: string, expected = mine) => {
      const list = file('SUMS.asc', text);
      const artefact = artefactOfBytes('tool', BYTES);
      return {
        found: await verifyArtefact(artefact, { checksums: list }, expected, none, now),
        list,
      };
    };
    const { found, list } = await judge(await signed(`${SHA256}  tool`));
    assert.deepEqual([found.verdict, found.scheme], ['pass', 'openpgp-cleartext'], found.reason);
    assert.ok(found.notes.includes(`SUMS.asc: sha256 ${sha256(list.bytes)}`), found.notes.join());
    const around = `${SHA256}  tool\n${await signed(`${'0'.repeat(64)}  tool`)}`;
    assert.notEqual((await judge(around)).found.verdict, 'pass', 'what stands before it is nobody’s');
    const bent = (await signed(`${'0'.repeat(64)}  tool`)).replace('0'.repeat(64), SHA256);
    assert.equal((await judge(bent)).found.verdict, 'fail');
    assert.match((await judge(bent)).found.reason, /^the checksum file: /);
    const nobody = await judge(await signed(`${SHA256}  tool`), { signers: [] });
    assert.equal(nobody.found.verdict, 'unknown');
  });
});
