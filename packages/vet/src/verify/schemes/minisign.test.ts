import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minisignKey } from '../testing/keys.ts';
import { nextLetter } from '../testing/next-letter.ts';
import { BYTES, outcome as code, verified } from '../testing/outcome.ts';

describe('minisign', () => {
  it('of two keys with one id is told apart: the id is what anybody writes into a key', async () => {
    const fingerprints: string[] = [];
    for (const key of [minisignKey(7), minisignKey(7)]) {
      const found = await verified(key.sign(BYTES), { signers: [key.expected] });
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

  const key = minisignKey(7);
  const bend = (line: number, change: (text: string) => string, of = key.sign(BYTES)) => {
    const lines = of.toString('latin1').split('\n');
    lines[line] = change(lines[line] ?? '');
    return lines.join('\n');
  };
  const head = (bytes: (raw: Buffer) => void) => (text: string) => {
    const raw = Buffer.from(text, 'base64');
    bytes(raw);
    return raw.toString('base64');
  };
  const by = { signers: [key.expected] };

  it('says who signed, when and what, as the signer claims it', async () => {
    const found = await verified(key.sign(BYTES), by);
    assert.equal(found.reason, 'signed with minisign key 0707070707070707');
    assert.deepEqual(found.signer, {
      kind: 'key',
      algorithm: 'Ed25519 (prehashed)',
      fingerprint: key.expected.key,
    });
    assert.deepEqual(found.time, { at: '2026-05-28T20:26:40.000Z', from: 'claim' });
    assert.deepEqual(found.notes, ['trusted comment: timestamp:1780000000 file:tool']);
  });

  it('claims no time where its comment has none, and notes another name', async () => {
    for (const comment of ['x', 'timestamp:0', 'timestamp:12x', 'xtimestamp:12', 'timestamp:123456789012'])
      assert.deepEqual((await verified(key.sign(BYTES, comment), by)).time, { from: 'none' }, comment);
    const { notes } = await verified(key.sign(BYTES, 'a\tfile:tool-9\ttimestamp:5'), by);
    assert.deepEqual(notes, [
      'trusted comment: a file:tool-9 timestamp:5',
      'it was signed under another name: tool-9',
    ]);
    assert.equal((await verified(key.sign(BYTES, 'nofile:x'), by)).notes.length, 1);
  });

  it('over the file itself, the older form, is one as well, and is not taken for the other', async () => {
    const legacy = key.signWhole(BYTES);
    const found = await verified(legacy, by);
    assert.deepEqual(
      [found.code, found.signer?.kind === 'key' && found.signer.algorithm],
      ['verified', 'Ed25519'],
    );
    assert.equal(
      await code(
        bend(
          1,
          head((raw) => raw.write('ED')),
          legacy,
        ),
        by,
      ),
      'fail signature-invalid',
    );
    assert.equal(await code(legacy, by, { bytes: Buffer.from('x') }), 'fail signature-invalid');
  });

  it('by a key that was not given is unknown, and says which was', async () => {
    const other = minisignKey(8);
    const found = await verified(key.sign(BYTES), { signers: [other.expected] });
    assert.deepEqual(
      [found.code, found.reason],
      ['unknown-key', 'signed with minisign key 0707070707070707, given was 0808080808080808'],
    );
    assert.match((await verified(key.sign(BYTES), { signers: [] })).reason, /and no key was given$/);
    assert.equal(await code(key.sign(BYTES), { signers: [other.expected, key.expected] }), 'pass verified');
    // The number is little-endian, as minisign prints it.
    const id = bend(
      1,
      head((raw) => raw.writeUInt8(1, 2)),
    );
    assert.match((await verified(id, by)).reason, /minisign key 0707070707070701/);
  });

  it('of another form is none, nor one with anything behind it', async () => {
    const bad: [string, string][] = [
      [
        bend(
          1,
          head((raw) => raw.write('Ex')),
        ),
        'unknown unsupported',
      ],
      [
        bend(1, (text) => Buffer.from(text, 'base64').subarray(1).toString('base64')),
        'unknown not-understood',
      ],
      [bend(3, () => Buffer.alloc(63).toString('base64')), 'unknown not-understood'],
      [bend(2, (text) => text.slice(1)), 'unknown not-understood'],
      [`${key.sign(BYTES)}x`, 'unknown not-understood'],
      [key.sign(BYTES).toString().split('\n').slice(0, 3).join('\n'), 'unknown not-understood'],
      [`${key.sign(BYTES)}${'\n'.repeat(17_000)}`, 'unknown limit'],
      [`${key.sign(BYTES)}\n \n`, 'pass verified'],
    ];
    for (const [proof, outcome] of bad) assert.equal(await code(proof, by), outcome, proof.slice(0, 200));
  });

  it('takes a key from its line, also out of the whole file, and no other text for one', async () => {
    const line = key.expected.key;
    for (const text of [`untrusted comment: x\n${line}\n`, `\r\n ${line} \r\n`])
      assert.equal(
        await code(key.sign(BYTES), { signers: [{ kind: 'minisign', key: text }] }),
        'pass verified',
      );
    for (const text of [
      '',
      line.replace(/^RW./, 'RWA'),
      line.slice(1),
      `${line}A`,
      `RX${line.slice(2)}`,
      `x ${line}`,
    ])
      assert.equal(
        await code(key.sign(BYTES), { signers: [{ kind: 'minisign', key: text }] }),
        'unknown not-understood',
      );
  });
});
