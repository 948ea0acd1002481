import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { packOf, resealed } from '../testing/pack.ts';
import { factsOf, hashFits, packText, readPack, sealPack, type UnsealedPack } from './pack.ts';
import type { EvidencePack } from './schema.ts';

const pack = packOf();
const forge = (change: (copy: EvidencePack) => void) => packText(resealed(pack, change));

const PLAIN: UnsealedPack = {
  kind: 'EvidencePack',
  apiVersion: 'toolcrib.dev/v1alpha1',
  subject: { purl: 'pkg:generic/a', name: 'a', version: undefined },
  asked: { spec: 'a', files: [] },
  assessedAt: '2026-03-23T12:00:00Z',
  policy: { profile: 'p', require: [], inform: [], thresholds: {}, rules: [], exceptions: [] },
  evidence: [],
  gaps: [],
  results: [],
  verdict: 'unknown',
};
/** RFC 8785 by hand: members in the order of their names, nothing between them, what is undefined left out. */
const [START, END] = [
  '{"apiVersion":"toolcrib.dev/v1alpha1","asked":{"files":[],"spec":"a"},"assessedAt":"2026-03-23T12:00:00Z","evidence":[],"gaps":[],"kind":"EvidencePack","policy":{"exceptions":[],"inform":[],"profile":"p","require":[],"rules":[],"thresholds":{}},"results":[]',
  ',"subject":{"name":"a","purl":"pkg:generic/a"},"verdict":"unknown"}',
];

test('a pack is sealed with the hash over everything else, and its file is canonical', () => {
  const sealed = sealPack(PLAIN);
  const hash = createHash('sha256').update(`${START}${END}`).digest('hex');
  assert.equal(sealed.sha256, hash);
  assert.deepEqual(Object.keys(sealed.subject), ['purl', 'name']);
  assert.equal(packText(sealed), `${START},"sha256":"${hash}"${END}\n`);
  assert.deepEqual(readPack(packText(sealed), 'x'), sealed);
});

test('the bytes of a pack’s file have its hash as they stand, and those of one that was formatted do not', () => {
  const hash = createHash('sha256').update(`${START}${END}`).digest('hex');
  const text = packText(sealPack(PLAIN));
  assert.equal(hashFits(text, hash), true);
  assert.equal(hashFits(text, 'a'.repeat(64)), false);
  assert.equal(hashFits(text.replace('unknown', 'pass'), hash), false);
  assert.equal(hashFits(JSON.stringify(JSON.parse(text), null, 1), hash), false);
});

test('a pack read back is the very same, and its text is canonical', () => {
  const text = packText(pack);
  assert.deepEqual(readPack(text, 'x'), pack);
  assert.equal(packText(readPack(text, 'x')), text);
  assert.match(text, /^\{"apiVersion":/);
  assert.deepEqual(factsOf(readPack(text, 'x')), pack.evidence);
});

test('a pack that somebody formatted is the same pack', () => {
  assert.deepEqual(readPack(JSON.stringify(pack, null, 2), 'x'), pack);
  assert.deepEqual(readPack(JSON.stringify(pack), 'x'), pack, 'whatever the order of its members');
});

test('a pack with another hash, or another content under its hash, is damaged', () => {
  const damaged = {
    code: 'damaged',
    message: 'mine: its hash does not fit its content: it was changed after it was made',
  };
  const text = packText(pack);
  assert.throws(() => readPack(text.replace(pack.sha256, 'a'.repeat(64)), 'mine'), damaged);
  assert.throws(() => readPack(text.replace('"verdict":"pass"', '"verdict":"fail"'), 'mine'), damaged);
  const formatted = { ...pack, verdict: 'fail' };
  assert.throws(() => readPack(JSON.stringify(formatted, null, 2), 'mine'), damaged);
});

test('any changed character of a pack is noticed', () => {
  const text = packText(pack);
  fc.assert(
    fc.property(fc.nat(text.length - 2), fc.constantFrom('0', 'a', '9', ' ', '"'), (index, character) => {
      fc.pre(text[index] !== character);
      assert.throws(
        () => readPack(text.slice(0, index) + character + text.slice(index + 1), 'x'),
        (error: { code?: string }) => ['damaged', 'bad-file'].includes(error.code ?? ''),
      );
    }),
    { numRuns: 60 },
  );
});

test('hostile packs are one clear error', () => {
  assert.throws(() => readPack('', 'x'), { code: 'bad-file' });
  assert.throws(() => readPack(packText(pack).slice(0, 2000), 'x'), {
    code: 'bad-file',
    message: /not JSON/,
  });
  assert.throws(() => readPack(`{"a":${'['.repeat(10_000)}`, 'x'), { code: 'limit' });
  assert.throws(() => readPack('[]', 'x'), { code: 'bad-file', message: /^x: \(the file\): / });
  const strange = forge(
    (copy) =>
      void copy.evidence.push({ ...(copy.evidence[0] as EvidencePack['evidence'][number]), type: 'made-up' }),
  );
  assert.throws(() => readPack(strange, 'x'), {
    code: 'bad-file',
    message: /unknown type of fact "made-up"/,
  });
  const wrong = forge((copy) => void ((copy.evidence[0] as { value: unknown }).value = { commits: -1 }));
  assert.throws(() => readPack(wrong, 'x'), { code: 'bad-file', message: /^x: evidence\.0\.value\.\w+: / });
  for (const change of [
    (copy: EvidencePack) => void (copy.subject.purl = 'pkg:bad'),
    (copy: EvidencePack) => void (copy.assessedAt = '2026-99-99T99:99:99Z'),
  ])
    assert.throws(() => readPack(forge(change), 'x'), { code: 'bad-file' });
});

test('of many faults the first five are said, each in a line with its place', () => {
  assert.throws(
    () => readPack('{}', 'x'),
    ({ code, message, next }: { code: string; message: string; next: string }) => {
      assert.equal(code, 'bad-file');
      assert.deepEqual(
        message.split('\n').map((line) => line.split(': ').slice(0, 2).join(': ')),
        ['x: apiVersion', 'x: kind', 'x: subject', 'x: asked', 'x: assessedAt'],
      );
      assert.equal(next, 'it is no evidence pack of this version; make it again');
      return true;
    },
  );
});
