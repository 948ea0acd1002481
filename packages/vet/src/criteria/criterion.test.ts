import assert from 'node:assert/strict';
import { it } from 'node:test';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { missing, viewOf } from './criterion.ts';

const facts = factsFrom(goodFacts());
const gaps = [
  { source: 'git', types: ['git.files', 'git.main'], reason: 'one' },
  { source: 'npm', types: ['git.files'], reason: 'two' },
];
const [first] = facts.filter(({ type }) => type === 'release.signature');
assert.ok(first);
const second = { ...first, id: 'second' };
const view = viewOf(SUBJECT, [...facts, second], gaps);

it('a view has the facts of a type, the first of them, and why there are none', () => {
  assert.equal(view.subject, SUBJECT);
  assert.deepEqual(
    view.all('release.signature').map(({ id }) => id),
    ['release.signature', 'second'],
  );
  assert.equal(view.first('release.signature')?.id, 'release.signature');
  assert.equal(view.first('sbom.file'), undefined);
  assert.deepEqual(
    [view.gaps('git.files'), view.gaps('git.main'), view.gaps('npm.version')],
    [['one', 'two'], ['one'], []],
  );
});

it('what is missing is unknown, with the reasons of its gaps, or that nobody looked', () => {
  const unknown = (reason: string) => ({ verdict: 'unknown', reason, numbers: {}, evidence: [] });
  assert.deepEqual(missing(view, 'git.files', 'files'), unknown('one; two'));
  assert.deepEqual(missing(view, 'git.main', 'a branch'), unknown('one'));
  assert.deepEqual(missing(view, 'npm.version', 'a version'), unknown('no source gave a version'));
});
