import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assess } from '../assess.ts';
import { readTrustPolicy } from '../policy/default.ts';
import { packOf, resealed } from '../testing/pack.ts';
import { goodHistory, licenceText, makeRepository, NOW, SSH_SIGNATURE } from '../testing/repository.ts';
import type { Change } from './outcome.ts';
import { factsOf } from './pack.ts';
import type { EvidencePack } from './schema.ts';
import { changesSince } from './since.ts';

const pack = packOf();
/** Each change as `WHAT TEXT`; `WHAT! TEXT` where it is worse. */
const lines = (changes: Change[]) =>
  changes.map(({ what, text, worse }) => `${what}${worse ? '!' : ''} ${text}`);
/** What is said of a change of the pack, and of the same the other way round. */
const bothWays = (change: (copy: EvidencePack) => void) => {
  const other = resealed(pack, change);
  return [lines(changesSince(pack, other)), lines(changesSince(other, pack))];
};
type Values = Record<string, Record<string, unknown>[]>;
const valueIn = (copy: EvidencePack, type: string) =>
  copy.evidence.find((fact) => fact.type === type)?.value as Values;
const first = ({ results }: EvidencePack) => results[0] as EvidencePack['results'][number];

test('since: a pack has not changed since itself', () => {
  assert.deepEqual(
    changesSince(
      pack,
      resealed(pack, () => {}),
    ),
    [],
  );
});

test('since: what changed in real repositories is said, and what became worse is marked', async () => {
  const { commits, tags } = goodHistory(await licenceText('Apache-2.0'));
  const { policy } = await readTrustPolicy(undefined);
  const people = [
    {
      author: 'Dora <dora@example.org>',
      at: NOW / 1000 - 600,
      files: { 'SECURITY.md': 'Write to security@example.org.' },
    },
  ];
  const other = SSH_SIGNATURE.replace('AAECAwQF', 'AAECAwQG');
  const fixture = makeRepository(commits, tags);
  const moved = makeRepository(
    [...commits, ...people],
    [...tags, { name: 'v2.0.0', at: NOW / 1000 - 300, signature: other }],
  );
  const vet = (spec: string) =>
    assess({ spec, files: [] }, (subject) => policy.resolve(subject), { now: () => NOW });
  try {
    const texts = lines(changesSince(await vet(fixture.dir), await vet(moved.dir)));
    const has = (pattern: RegExp) =>
      assert.ok(
        texts.some((text) => pattern.test(text)),
        `${pattern}\n${texts.join('\n')}`,
      );
    has(/^release release v2\.0\.0$/);
    has(/^contributor Dora began/);
    has(/^signer! .*not seen before/);
    has(/^criterion! disclosure: pass → fail/);
    has(/^criterion! cool-down: pass → fail/);
  } finally {
    fixture.remove();
    moved.remove();
  }
});

test('since: another tool is worse, another version is not', () => {
  assert.deepEqual(
    bothWays((copy) => void (copy.subject.purl = 'pkg:npm/other')),
    [
      ['tool! the pack is of pkg:npm/tool, this is pkg:npm/other'],
      ['tool! the pack is of pkg:npm/other, this is pkg:npm/tool'],
    ],
  );
  assert.deepEqual(
    bothWays((copy) => void delete copy.subject.version),
    [['version version 1.5.0 → (none)'], ['version version (none) → 1.5.0']],
  );
});

test('since: a policy that demands something else, or is for another job, is another one', () => {
  const said = ['policy the policy is another one'];
  assert.deepEqual(
    bothWays((copy) => void copy.policy.require.pop()),
    [said, said],
  );
  assert.deepEqual(
    bothWays((copy) => void (copy.policy.job = 'other')),
    [said, said],
  );
  assert.deepEqual(
    bothWays((copy) => void (copy.policy.source = undefined)),
    [[], []],
  );
});

test('since: a verdict is worse in the order pass, unknown, fail, and not the other way', () => {
  const verdict = (one: EvidencePack['verdict'], other: EvidencePack['verdict']) =>
    lines(
      changesSince(
        resealed(pack, (copy) => void (copy.verdict = one)),
        resealed(pack, (copy) => void (copy.verdict = other)),
      ),
    );
  assert.deepEqual(verdict('pass', 'unknown'), ['verdict! verdict pass → unknown']);
  assert.deepEqual(verdict('unknown', 'fail'), ['verdict! verdict unknown → fail']);
  assert.deepEqual(verdict('fail', 'unknown'), ['verdict verdict fail → unknown']);
  assert.deepEqual(verdict('unknown', 'pass'), ['verdict verdict unknown → pass']);
});

test('since: a criterion is said with its verdicts and its reason, or with the numbers that moved', () => {
  const { criterion, reason } = first(pack);
  assert.equal(first(pack).verdict, 'pass');
  assert.deepEqual(
    bothWays((copy) => Object.assign(first(copy), { verdict: 'fail', reason: 'too bad', numbers: {} })),
    [[`criterion! ${criterion}: pass → fail: too bad`], [`criterion ${criterion}: fail → pass: ${reason}`]],
  );
  const numbered = resealed(pack, (copy) => {
    first(copy).numbers = { days: 3, same: 1, gone: true, textSha256: 'a' };
  });
  const moved = resealed(pack, (copy) => {
    first(copy).numbers = { days: 4, same: 1, come: null, textSha256: 'b' };
  });
  assert.deepEqual(lines(changesSince(numbered, moved)), [
    `criterion ${criterion}: days 3 → 4, gone true → –, come – → –`,
  ]);
  const rehashed = resealed(numbered, (copy) => void (first(copy).numbers.textSha256 = 'c'));
  assert.deepEqual(changesSince(numbered, rehashed), []);
});

test('since: a criterion that only one of the two judged is said, and no worse', () => {
  const { criterion } = first(pack);
  assert.deepEqual(
    bothWays((copy) => void copy.results.shift()),
    [[`criterion ${criterion}: pass → not judged`], [`criterion ${criterion}: not judged → pass`]],
  );
});

test('since: a release that is gone is worse than a new one', () => {
  assert.deepEqual(
    bothWays((copy) => void valueIn(copy, 'git.releases').releases?.pop()),
    [['release! release v1.5.0 is gone'], ['release release v1.5.0']],
  );
});

test('since: people come and go, bots do not count', () => {
  const add = (bot: boolean) => (copy: EvidencePack) => {
    const { contributors } = valueIn(copy, 'git.history');
    contributors?.push({ ...contributors[0], name: 'Dora', bot });
  };
  assert.deepEqual(bothWays(add(false)), [
    ['contributor Dora began to contribute'],
    ['contributor Dora is no longer in the history'],
  ]);
  assert.deepEqual(bothWays(add(true)), [[], []]);
});

test('since: a key that signed nothing before is worse, and so is one that signs no more', () => {
  const sign = (signature: unknown) => (copy: EvidencePack) => {
    for (const tag of valueIn(copy, 'git.tag-signatures').tags ?? []) tag.signature = signature;
  };
  assert.deepEqual(bothWays(sign({ scheme: 'openpgp', signer: null }))[0], [
    'signer! tags are signed by openpgp (unnamed key), which was not seen before',
    'signer! no tag is signed by ssh SHA256:abc any more',
  ]);
  assert.deepEqual(bothWays(sign(null)), [
    ['signer! no tag is signed by ssh SHA256:abc any more'],
    ['signer! tags are signed by ssh SHA256:abc, which was not seen before'],
  ]);
});

test('since: the first vulnerability is said; a source that was not asked is no change', () => {
  const affects = (is: string) => (copy: EvidencePack) => {
    for (const record of valueIn(copy, 'osv.records').ofPackage ?? []) record.affects = is;
  };
  assert.deepEqual(bothWays(affects('yes')), [
    ['vulnerability! GHSA-1 affects this version'],
    ['vulnerability GHSA-1 no longer affects this version'],
  ]);
  assert.deepEqual(bothWays(affects('unknown')), [[], []]);
  const unasked = (type: string) => (copy: EvidencePack) =>
    void (copy.evidence = copy.evidence.filter((fact) => fact.type !== type));
  for (const type of new Set(factsOf(pack).map((fact) => fact.type)))
    assert.deepEqual(bothWays(unasked(type)), [[], []], type);
});
