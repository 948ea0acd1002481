/** A good signature of the wrong kind, or in the wrong place, is no signature here. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  config,
  createCleartextMessage,
  createMessage,
  enums,
  PacketList,
  sign as pgpSign,
  SignaturePacket,
} from 'openpgp';
import { artefactOfBytes, type Expected, verifyArtefact } from '../index.ts';
import { gitTag, minisignKey, pgpKey, sha512, sshKey } from '../testing/cases.ts';
import { IDENTITY, ISSUER, SIGNED_AT, testSigstore } from '../testing/signer.ts';
import { vendoredRoot } from '../trust/root.ts';

const BYTES = Buffer.from('a tool\n');
const NOW = new Date(Date.now() + 3_600_000);

async function code(
  proof: Uint8Array | string,
  expected: Expected,
  { name = 'p', bytes = BYTES }: { name?: string; bytes?: Buffer } = {},
): Promise<string> {
  const file = { name, bytes: Buffer.from(proof as string) };
  const { verdict, code } = await verifyArtefact(
    artefactOfBytes('tool', bytes),
    { proof: file },
    expected,
    vendoredRoot(),
    NOW,
  );
  return `${verdict} ${code}`;
}

/** The letter of the base64 alphabet that differs in the lowest bit only, which padding makes a spare one. */
const nextLetter = (letter = ''): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1);
};

describe('ssh', () => {
  const key = sshKey();
  const allowed = (line: string): Expected => ({
    signers: [{ kind: 'ssh', allowedSigners: line, principal: 'me@x' }],
  });

  it('a signature for git is none for files, and one for files is none for git', async () => {
    assert.equal(await code(key.sign(BYTES, 'file'), allowed(`me@x ${key.line}`)), 'pass verified');
    assert.equal(await code(key.sign(BYTES, 'git'), allowed(`me@x ${key.line}`)), 'fail other-subject');
    const tag = gitTag({ ...key, sign: (bytes) => key.sign(bytes, 'file') });
    assert.equal(
      await code(tag, allowed(`me@x ${key.line}`), { name: 'tag v1', bytes: tag }),
      'fail other-subject',
    );
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

  it('a key counts only as its line says', async () => {
    const signature = key.sign(BYTES, 'file');
    assert.equal(await code(signature, allowed(`me@x namespaces="git" ${key.line}`)), 'fail other-identity');
    assert.equal(
      await code(signature, allowed(`me@x valid-before="20200101Z" ${key.line}`)),
      'fail key-expired',
    );
    assert.equal(
      await code(signature, allowed(`me@x valid-after="20990101Z" ${key.line}`)),
      'fail key-expired',
    );
    // The key of an authority vouches for certificates and signs nothing itself.
    assert.equal(await code(signature, allowed(`me@x cert-authority ${key.line}`)), 'unknown unknown-key');
  });

  it('a tag of git is of the version that it is called, whoever else could be meant', async () => {
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

  it('a tag by a key that has ended since is unknown: its date is only what the signer says', async () => {
    const tag = gitTag(key);
    const at = async (now: string) => {
      const artefact = artefactOfBytes('t', tag);
      const expected = allowed(`me@x valid-before="20980101Z" ${key.line}`);
      const files = { proof: { name: 'tag v1', bytes: tag } };
      return (await verifyArtefact(artefact, files, expected, vendoredRoot(), new Date(now))).code;
    };
    assert.equal(await at('2097-12-31T00:00:00Z'), 'verified');
    assert.equal(await at('2099-01-01T00:00:00Z'), 'expired-key-undated');
  });

  it('a tag is verified under its own name only', async () => {
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
});

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

  it('a signed text counts only when the file is nothing else', async () => {
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
});

describe('minisign', () => {
  it('of two keys with one id is told apart: the id is what anybody writes into a key', async () => {
    const fingerprints: string[] = [];
    for (const key of [minisignKey(7), minisignKey(7)]) {
      const files = { proof: { name: 's', bytes: key.sign(BYTES) } };
      const expected = { signers: [key.expected] };
      const artefact = artefactOfBytes('tool', BYTES);
      const found = await verifyArtefact(artefact, files, expected, vendoredRoot(), new Date());
      assert.equal(found.verdict, 'pass');
      if (found.signer?.kind === 'key') fingerprints.push(found.signer.fingerprint);
    }
    assert.match(fingerprints[0] ?? '', /^RW[A-Za-z0-9+/]{54}$/);
    assert.equal(new Set(fingerprints).size, 2);
  });
  it('has one form only: a letter with spare bits is none of its own', async () => {
    const key = minisignKey(7);
    const lines = key.sign(BYTES).toString().split('\n');
    const at = lines.findIndex((line) => /^[A-Za-z0-9+/]+=+$/.test(line));
    lines[at] = (lines[at] ?? '').replace(/(.)(=+)$/, (_, letter, pad) => `${nextLetter(letter)}${pad}`);
    assert.equal(await code(lines.join('\n'), { signers: [key.expected] }), 'unknown not-understood');
  });
  it("a trusted comment that is not the signer's is a failure, though the file is", async () => {
    const key = minisignKey(7);
    const signature = key.sign(BYTES).toString();
    assert.equal(await code(signature, { signers: [key.expected] }), 'pass verified');
    assert.equal(
      await code(signature.replace('file:tool', 'file:tool-9'), { signers: [key.expected] }),
      'fail signature-invalid',
    );
  });
});

describe('npm attestations', () => {
  it('of another version, or of another package, are other subjects, whatever they say', async () => {
    const sigstore = await testSigstore();
    const subject = [{ name: 'pkg:npm/tool@1.0.0', digest: { sha512: sha512(BYTES).toString('hex') } }];
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject,
      predicateType: 'https://example.org/p',
      predicate: {},
    };
    const proof = Buffer.from(
      JSON.stringify({ attestations: [{ predicateType: 'x', bundle: await sigstore.attest(statement) }] }),
    );
    const judge = async (purl: string) => {
      const expected: Expected = {
        signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }],
        purl,
      };
      const artefact = artefactOfBytes('tool', BYTES);
      const now = new Date(SIGNED_AT.getTime() + 1000);
      return (
        await verifyArtefact(artefact, { proof: { name: 'a', bytes: proof } }, expected, sigstore.trust, now)
      ).code;
    };
    assert.equal(await judge('pkg:npm/tool@1.0.0'), 'verified');
    assert.equal(await judge('pkg:npm/tool@1.0.1'), 'other-subject');
    assert.equal(await judge('pkg:npm/other@1.0.0'), 'other-subject');
  });
});
