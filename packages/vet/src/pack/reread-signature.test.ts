import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactValue } from '../facts/index.ts';
import { rereadSignature } from './reread-signature.ts';

type Signature = FactValue<'release.signature'>;
type Change = Partial<Omit<Signature, 'provenance'>> & {
  provenance?: Partial<Signature['provenance']> | null;
};

const signature = ({ provenance, ...rest }: Change = {}): Signature => ({
  proof: ['b.json'],
  scheme: 'sigstore-bundle',
  cryptography: 'pass',
  reason: 'signed by a',
  signer: { id: 'a', issuer: 'i', name: null },
  signedAt: '2026-01-01T00:00:00Z',
  timeFrom: 'transparency-log',
  sha256: 'a'.repeat(64),
  ...rest,
  provenance:
    provenance === null
      ? null
      : {
          builder: 'b',
          repository: 'r',
          ref: 'refs/tags/v1',
          slsaLevel: '3',
          matches: 'pass',
          reason: 'as built',
          ...provenance,
        },
});

/** What a root that knows nothing of the signer leaves of it. */
const UNKNOWN: Change = {
  cryptography: 'unknown',
  reason: 'unknown authority',
  signer: null,
  signedAt: null,
  timeFrom: 'none',
  provenance: null,
};
const FAILED: Change = { ...UNKNOWN, cryptography: 'fail', reason: 'the key is revoked' };
const MATCH_UNKNOWN: Change = { provenance: { matches: 'unknown', reason: 'an issuer that is not known' } };
const OTHER_SIGNER: Change = { signer: { id: 'eve', issuer: 'i', name: null } };

const TABLE: [why: string, inPack: Change, today: Change, sameBytes: string, otherBytes: string][] = [
  ['as it was', {}, {}, 'same', 'moved on'],
  ['other words', {}, { reason: 'by a', provenance: { reason: 'so built' } }, 'same', 'moved on'],
  ['unknown then and now', UNKNOWN, { ...UNKNOWN, reason: 'not in the root' }, 'same', 'moved on'],
  ['an authority or key that ended', {}, UNKNOWN, 'out of reach', 'out of reach'],
  ['a source that is not vouched for any more', {}, MATCH_UNKNOWN, 'out of reach', 'out of reach'],
  ['unknown in another way', UNKNOWN, { ...UNKNOWN, timeFrom: 'claim' }, 'out of reach', 'out of reach'],
  ['made under an outdated root', UNKNOWN, {}, 'moved on', 'moved on'],
  ['a source that is vouched for by now', MATCH_UNKNOWN, {}, 'moved on', 'moved on'],
  ['passes in the pack, fails today', {}, FAILED, 'forged', 'changed'],
  ['the source is another', {}, { provenance: { matches: 'fail' } }, 'forged', 'changed'],
  ['unknown then, fails today', UNKNOWN, FAILED, 'changed', 'changed'],
  ['failed then, passes today', FAILED, {}, 'changed', 'changed'],
  ['failed then, unknown today', FAILED, UNKNOWN, 'out of reach', 'out of reach'],
  ['another signer', OTHER_SIGNER, {}, 'forged', 'changed'],
  ['another signer, and unknown then', { ...OTHER_SIGNER, cryptography: 'unknown' }, {}, 'forged', 'changed'],
  ['another signer, source unknown then', { ...OTHER_SIGNER, ...MATCH_UNKNOWN }, {}, 'forged', 'changed'],
  [
    'another builder, and unknown then',
    { cryptography: 'unknown', provenance: { builder: 'c' } },
    {},
    'forged',
    'changed',
  ],
  ['another builder', { provenance: { builder: 'c' } }, {}, 'forged', 'changed'],
  ['another time', { signedAt: '2025-01-01T00:00:00Z' }, {}, 'forged', 'changed'],
  ['over other bytes', { sha256: 'b'.repeat(64) }, {}, 'forged', 'changed'],
  ['over other bytes, unknown today', { sha256: 'b'.repeat(64) }, UNKNOWN, 'forged', 'changed'],
];

for (const [why, inPack, today, sameBytes, otherBytes] of TABLE)
  test(`a signature verified again: ${why}`, () => {
    const state = (same: boolean) => rereadSignature(signature(inPack), signature(today), same).state;
    assert.deepEqual([state(true), state(false)], [sameBytes, otherBytes]);
  });

test('why is said in the words of what decided', () => {
  const why = (inPack: Change, today: Change, same = true) =>
    rereadSignature(signature(inPack), signature(today), same).why;
  assert.equal(why({}, {}), undefined);
  assert.equal(why({}, {}, false), 'other proof files say the same');
  assert.equal(why(OTHER_SIGNER, {}), 'the same bytes give another value than the pack says');
  assert.equal(why(OTHER_SIGNER, {}, false), 'the source says something else than the pack');
  assert.equal(why({ sha256: 'b' }, {}), 'it was verified over other bytes than the pack says');
  assert.equal(why({}, FAILED), 'the pack says that it passes: the key is revoked');
  assert.equal(why(UNKNOWN, FAILED), 'the pack says unknown, and today it is fail: the key is revoked');
  assert.equal(why({}, MATCH_UNKNOWN), 'not known today: an issuer that is not known');
  assert.equal(why({}, { provenance: null, reason: 'no build' }), 'not known today: no build');
  assert.equal(why(UNKNOWN, {}), 'could not be told then, and can be today: signed by a');
  assert.equal(why(MATCH_UNKNOWN, {}), 'could not be told then, and can be today: as built');
});

test('whatever passes in a pack and does not today is never found the same', () => {
  const verdicts = ['pass', 'fail', 'unknown'] as const;
  const all = verdicts.flatMap((cryptography) =>
    [...verdicts, null].map((matches) =>
      signature({ cryptography, provenance: matches === null ? null : { matches } }),
    ),
  );
  const passes = ({ cryptography, provenance }: Signature) => [
    cryptography === 'pass',
    provenance?.matches === 'pass',
  ];
  for (const old of all)
    for (const now of all)
      for (const sameBytes of [true, false]) {
        const lost = passes(old).some((passed, index) => passed && passes(now)[index] === false);
        const { state } = rereadSignature(old, now, sameBytes);
        if (lost)
          assert.ok(['forged', 'changed', 'out of reach'].includes(state), JSON.stringify([old, now]));
      }
});
