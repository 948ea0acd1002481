import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { artefactOfBytes, artefactOfDigest } from '../artefact.ts';
import { sha512 } from '../testing/keys.ts';
import { BYTES } from '../testing/outcome.ts';
import { vendoredRoot } from '../trust/root.ts';
import { checksums } from './checksums.ts';

const HEX = createHash('sha256').update(BYTES).digest('hex');
const found = (text: string | Uint8Array, artefact = artefactOfBytes('tool', BYTES)) =>
  checksums.verify({
    artefact,
    proof: { name: 'SUMS', bytes: Buffer.from(text as string) },
    expected: { signers: [] },
    trust: vendoredRoot(),
    now: new Date(),
  });
const list = async (...given: Parameters<typeof found>): Promise<string> => {
  const { verdict, code } = await found(...given);
  return `${verdict} ${code}`;
};

describe('checksum files', () => {
  const zeros = '0'.repeat(64);
  const table: [string, string][] = [
    [`${HEX}  tool\n`, 'unknown integrity-only'],
    [`${HEX.toUpperCase()} *./dist/tool\r\n`, 'unknown integrity-only'],
    [`SHA256 (tool) = ${HEX}\n`, 'unknown integrity-only'],
    [`${sha512(BYTES).toString('hex')}  tool`, 'unknown integrity-only'],
    [HEX, 'unknown integrity-only'],
    [`${zeros}  tool\n`, 'fail artefact-mismatch'],
    [`${HEX}  other\n${zeros}  third\n`, 'fail other-name'],
    [`${zeros}  other\n`, 'unknown nothing-to-verify'],
    [`${HEX}  tool\n${zeros}  tool\n`, 'unknown not-understood'],
    [`${createHash('md5').update(BYTES).digest('hex')}  tool\n`, 'unknown unsupported'],
    // The stronger of two decides, so that a collision in the weak one does not.
    [`${createHash('md5').update(BYTES).digest('hex')}  tool\n${zeros}  tool\n`, 'fail artefact-mismatch'],
    [`hello\n${HEX}  tool\n`, 'unknown not-understood'],
    ['', 'unknown nothing-to-verify'],
  ];
  for (const [text, expected] of table) {
    it(`${expected}: ${JSON.stringify(text.slice(0, 40))}`, async () =>
      assert.equal(await list(text), expected));
  }

  const hex = (algorithm: string) => createHash(algorithm).update(BYTES).digest('hex');

  it('name their algorithm by a tag, or by the length of a digest, and must not contradict themselves', async () => {
    const tags: [tag: string, algorithm: string][] = [
      ['SHA256', 'sha256'],
      ['SHA2-256', 'sha256'],
      ['SHA384', 'sha384'],
      ['SHA512', 'sha512'],
      ['SHA2-512', 'sha512'],
      ['BLAKE2b', 'blake2b512'],
    ];
    const reason = (algorithm: string) => new RegExp(`^the ${algorithm} is the one in SUMS; nobody signed`);
    for (const [tag, algorithm] of tags) {
      assert.match((await found(`${tag} (tool) = ${hex(algorithm)}`)).reason, reason(algorithm), tag);
      const short = `${tag} (tool) = ${hex('md5')}`;
      assert.equal(await list(short), 'unknown not-understood', short);
    }
    for (const algorithm of ['sha256', 'sha384', 'sha512', 'blake2b512'])
      assert.match((await found(`${hex(algorithm)}  tool`)).reason, reason(algorithm));
    for (const weak of ['MD5', 'SHA1', 'SHA224'])
      assert.equal(await list(`${weak} (tool) = ${hex(weak.toLowerCase())}`), 'unknown unsupported', weak);
    for (const weak of ['md5', 'sha1', 'sha224'])
      assert.equal(await list(`${hex(weak)}  tool`), 'unknown unsupported', weak);
    assert.equal(await list(`CRC32 (tool) = ${HEX}`), 'unknown not-understood');
    assert.equal(await list(`${HEX}00  tool`), 'unknown not-understood');
  });

  it('may hold comments, empty lines, and one file several times where the digests agree', async () => {
    const good = 'unknown integrity-only';
    assert.equal(await list(`# SUMS\n\n  \n${HEX}  tool\n`), good);
    assert.equal(await list(`${HEX}  tool\n${HEX}  tool\n`), good);
    assert.equal(
      await list(`${HEX}  tool\n${hex('sha512')}  tool\n${hex('blake2b512')}  tool\n${zeros}  x`),
      'unknown not-understood',
    );
    assert.equal(await list(`${HEX}  tool\n${hex('sha512')}  tool\n${zeros}  x`), good);
    const other = `${HEX}  tool\n${hex('sha512')}  tool\n${'1'.repeat(128)}  ./old/tool\n`;
    assert.equal(await list(other), 'unknown not-understood');
    // A digest without a name is one only where it stands alone.
    assert.equal(await list(`${HEX}\n${HEX}  tool\n`), 'unknown not-understood');
  });

  it('name the file at hand by its name or at the end of a path, also escaped as GNU does it', async () => {
    const named = (line: string, name: string) => list(line, artefactOfBytes(name, BYTES));
    assert.equal(await named(`${HEX}  a\\tool`, 'tool'), 'unknown integrity-only');
    assert.equal(await named(`${HEX}  tool/x`, 'tool'), 'fail other-name');
    assert.equal(await named(`\\${HEX}  a\\\\b`, 'a\\b'), 'unknown integrity-only');
    assert.equal(await named(`\\${HEX}  a\\nb`, 'a\nb'), 'unknown integrity-only');
    assert.equal(await named(`\\SHA256 (a\\nb) = ${HEX}`, 'a\nb'), 'unknown integrity-only');
    assert.match((await found(`${HEX}  other`)).reason, /under another name: other$/);
    assert.equal((await found(`${zeros}  other`)).reason, 'tool is not in the list');
    // Weak digests are not even made to look for another name.
    const weak = artefactOfBytes('tool', BYTES);
    await found(`${hex('md5')}  other\n${hex('sha1')}  third`, weak);
    assert.deepEqual(Object.keys(weak.knownDigests()), ['sha256']);
  });

  it('cannot tell the name where only a digest was given', async () => {
    const only = await found(`${HEX}  tool`, artefactOfDigest(HEX));
    assert.deepEqual(
      [only.code, only.reason],
      ['nothing-to-verify', 'the list names files, and only a digest was given: it is that of tool'],
    );
  });

  it('are refused where they are no text, too long, or too large', async () => {
    const noText = await found(Buffer.concat([Buffer.from([0xff]), Buffer.from(`\n${HEX}  tool`)]));
    assert.deepEqual([noText.code, noText.reason], ['not-understood', 'the checksum file is not text']);
    const line = `${HEX}  tool\n`;
    assert.equal(await list(line.repeat(100_000)), 'unknown integrity-only');
    const lines = await found(line.repeat(100_001));
    assert.deepEqual([lines.code, lines.reason], ['limit', 'the checksum file has more than 100000 lines']);
    const large = await found(Buffer.alloc(16 * 1024 * 1024 + 1, ' '));
    assert.deepEqual([large.code, large.reason], ['limit', 'the checksum file is over 16 MiB']);
    assert.match((await found(`hello\n${HEX}  tool`)).reason, /\(line 1 is no checksum\)/);
  });

  it('are recognised by their first line', () => {
    const is = (text: string | Buffer) =>
      checksums.recognise({ name: 'x', bytes: Buffer.from(text as string) });
    for (const good of [`${HEX}  tool\nhello`, HEX, `${HEX}\r\n`, `SHA256 (x) = ${HEX}`])
      assert.equal(is(good), true, good);
    for (const bad of ['', `hello\n${HEX}  tool`, `x${HEX}  tool`, '{}']) assert.equal(is(bad), false, bad);
    const large = Buffer.alloc(16 * 1024 * 1024 + 1, `${HEX}  tool\n`);
    assert.deepEqual([is(large.subarray(0, -1)), is(large)], [true, false]);
  });
});
