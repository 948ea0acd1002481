import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byHand, type GoodFacts, judged, said } from '../testing/judged.ts';
import { signedTags as criterion } from './signed-tags.ts';

const tag = (number: number) => (facts: GoodFacts) => {
  const found = facts['git.tag-signatures'].tags[number];
  assert.ok(found);
  return found;
};
const noTag = (facts: GoodFacts) => void (facts['git.releases'].chosen = null as never);

it('passes where the newest tags are signed, and says by what', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: '5 of 5 release tags are signed (ssh, claimed by SHA256:abc; not verified)',
    evidence: ['git.tag-signatures'],
    numbers: { looked: 5, signed: 5, schemes: 'ssh', signers: 'SHA256:abc' },
  });
  const mixed = judged(criterion, {
    facts: (facts) => {
      Object.assign(tag(1)(facts), { signature: { scheme: 'openpgp', signer: null } });
      Object.assign(tag(2)(facts), { signature: null });
      Object.assign(tag(3)(facts), { signs: 'commit' });
    },
  });
  assert.equal(mixed.verdict, 'fail');
  assert.equal(
    mixed.reason,
    '3 of 5 release tags are signed (ssh, openpgp, claimed by SHA256:abc, unnamed key; not verified); not signed: v1.3.0, v1.2.0',
  );
  const none = judged(criterion, {
    facts: (facts) => {
      for (const one of facts['git.tag-signatures'].tags) one.signature = null;
    },
    threshold: { releases: 2 },
  });
  assert.equal(none.reason, '0 of 2 release tags are signed; not signed: v1.5.0, v1.4.0');
  assert.deepEqual(none.numbers, { looked: 2, signed: 0, schemes: null, signers: null });
});

it('looks at the chosen version too, however old', () => {
  const facts = (given: GoodFacts) => {
    given['git.releases'].chosen = 'v1.0.0';
    tag(5)(given).signature = null;
  };
  assert.match(said(criterion, { facts }), /^fail: 5 of 6 .*; not signed: v1\.0\.0$/);
  assert.match(said(criterion, { facts: (given) => (tag(5)(given).signature = null) }), /^pass: 5 of 5/);
});

it('is unknown where no tag is of this version, and without tags', () => {
  assert.equal(
    said(criterion, { facts: noTag }),
    'unknown: version 1.5.0 has no tag of its own that names it',
  );
  assert.match(said(criterion, { facts: noTag, subject: { version: undefined } }), /^pass/);
  const cut = (facts: GoodFacts) => void facts['git.tag-signatures'].tags.shift();
  assert.equal(
    said(criterion, { facts: cut, subject: { version: undefined } }),
    'unknown: version v1.5.0 has no tag of its own that names it',
  );
  assert.equal(
    said(criterion, { facts: (facts) => (facts['git.tag-signatures'].tags = []) }),
    'unknown: no tag names a release',
  );
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave tags');
});

it('can be had by hand', () => {
  const [[figure, command] = []] = byHand(criterion, {
    threshold: { releases: 1 },
    facts: (facts) => (tag(0)(facts).tag = "v'1"),
  });
  assert.equal(figure, 'signed');
  assert.match(command ?? '', /^for t in 'v'\\''1'; do \$GIT cat-file tag "\$t"/);
  assert.deepEqual(byHand(criterion, { only: {} }), []);
});
