import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrustPolicy } from '../policy/default.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { checklist, type Searched } from './checklist.ts';

const policy = (await readTrustPolicy(undefined)).policy.resolve(SUBJECT);
const searched = (more: Partial<Searched> = {}): Searched => ({
  walked: { texts: 7, binary: 0, tooLarge: [], unread: [] },
  secrets: [],
  internal: [],
  ...more,
});
const secret = (path: string, commit: string | null) => ({
  path,
  id: 'x',
  line: 3,
  rule: 'github',
  message: 'a token',
  commit,
});
/** The item of that name as `VERDICT: REASON`. */
function said(
  id: string,
  {
    search = searched(),
    facts = factsFrom(goodFacts()),
    gaps = [],
    by = policy,
  }: {
    search?: Searched | { doubt: string };
    facts?: ReturnType<typeof factsFrom>;
    gaps?: { source: string; types: string[]; reason: string }[];
    by?: typeof policy;
  } = {},
): string | undefined {
  const found = checklist(SUBJECT, { facts, gaps: gaps as never }, search, by, NOW).find(
    (item) => item.id === id,
  );
  return found && `${found.verdict}: ${found.reason}`;
}

test('a file that there is is named, up to three of them; one that is not is to be made', () => {
  const files = goodFacts()['git.files'];
  const of = (more: object) => ({ facts: factsFrom({ 'git.files': { ...files, ...more } }) });
  assert.equal(said('ci', of({ ci: ['a.yml'] })), 'pass: a.yml');
  assert.equal(said('ci', of({ ci: ['a', 'b', 'c', 'd'] })), 'pass: a, b, c');
  assert.equal(said('ci', of({ ci: [] })), 'fail: there is none');
  assert.equal(said('readme', of({ readme: null })), 'fail: there is none');
  const mend = (ci: string[]) =>
    checklist(SUBJECT, { ...of({ ci }), gaps: [] }, searched(), policy, NOW).find(({ id }) => id === 'ci')
      ?.mend;
  assert.equal(mend(['a']), undefined);
  assert.match(mend([]) ?? '', /^mkdir -p \.github/);
});

test('files that were not seen are not known, and it is said why', () => {
  assert.equal(said('files'), undefined);
  assert.equal(said('files', { facts: [] }), 'unknown: the files are not known');
  const gaps = ['shallow', 'damaged'].map((reason) => ({ source: 'git', types: ['git.files'], reason }));
  assert.equal(said('files', { facts: [], gaps }), 'unknown: shallow; damaged');
});

test('a criterion that the policy sets no threshold for is judged by its own', () => {
  assert.equal(said('licence', { by: { ...policy, thresholds: {} } }), said('licence'));
  assert.match(
    said('licence', { by: { ...policy, thresholds: { licence: { deny: ['Apache-2.0'] } } } }) ?? '',
    /^fail/,
  );
});

test('a history that could not be searched leaves both unknown', () => {
  for (const id of ['secrets', 'internal-names'])
    assert.equal(said(id, { search: { doubt: 'it is shallow' } }), 'unknown: it is shallow');
});

test('a secret is told with its place, and its commit where that is known', () => {
  const search = searched({
    secrets: [secret('a.env', 'abc'), secret('b.env', null), secret('test/c', 'def')],
  });
  assert.equal(said('secrets', { search }), 'fail: 2 found: a.env:3 (github, in abc), b.env:3 (github)');
  const tests = searched({ secrets: [secret('test/c', null)] });
  assert.equal(
    said('secrets', { search: tests }),
    'unknown: a person must look at 1 in tests: test/c:3 (github)',
  );
  assert.equal(said('secrets'), 'pass: none found; 7 texts of the whole history were looked into');
});

test('what could not be looked into is counted, and the first are named', () => {
  const walked = { texts: 7, binary: 2, tooLarge: ['a', 'b', 'c', 'd'], unread: ['e'] };
  assert.equal(
    said('secrets', { search: searched({ walked }) }),
    'unknown: none found; 7 texts of the whole history were looked into, 2 binary files were not; 4 were too large (a, b, c); 1 are texts in no encoding known here (e)',
  );
});

test('names of the inside are told with how often they stand there, and where first', () => {
  assert.equal(said('internal-names'), 'pass: none found; 7 texts of the whole history were looked into');
  const internal = [{ name: 'git.corp', places: 2, path: 'a.txt' }];
  assert.equal(
    said('internal-names', { search: searched({ internal }) }),
    'unknown: a person must look at 1: git.corp (2 ×, a.txt)',
  );
});
