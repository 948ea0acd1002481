import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, describeDifferences } from './compare.ts';
import { judge } from './judge.ts';
import { normalise, placeMatcher } from './normalise.ts';
import type { Observation, Step } from './types.ts';

const step = (id: string): Step => ({ id, category: 'x', name: id, run: async () => {} });
const got = (body: unknown, status = 200): Observation => ({ what: 'GET /x', status, body });

test('a rule’s ** stands for any way down, * for one name', () => {
  const matches = placeMatcher('**.metadata.uid');
  assert.ok(matches(['metadata', 'uid']));
  assert.ok(matches(['body', 'items', '0', 'metadata', 'uid']));
  assert.ok(!matches(['body', 'metadata', 'uid', 'x']));
  assert.ok(!matches(['body', 'spec', 'uid']));
  assert.ok(placeMatcher('a.*.b')(['a', '0', 'b']));
  assert.ok(!placeMatcher('a.*.b')(['a', '0', '1', 'b']));
});

test('UIDs differ, and what they point to is compared', () => {
  const uids = ['11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222'];
  const pair = (owner: string | undefined) => [
    got({ metadata: { name: 'a', uid: uids[0] } }),
    got({ metadata: { name: 'b', uid: uids[1], ownerReferences: [{ uid: owner }] } }),
  ];
  const right = normalise(pair(uids[0]));
  const other = normalise(
    JSON.parse(JSON.stringify(pair(uids[0])).replaceAll('1111-', '9999-').replaceAll('2222-', '8888-')),
  );
  assert.deepEqual(compare(right, other), []);
  const [difference] = compare(right, normalise(pair(uids[1])));
  assert.match(difference?.path ?? '', /ownerReferences\.0\.uid$/);
});

test('a time that is there differs from one that is not, and from null', () => {
  const at = (creationTimestamp: unknown) => normalise([got({ metadata: { creationTimestamp } })]);
  assert.deepEqual(compare(at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z')), []);
  assert.equal(compare(at('2026-01-01T00:00:00Z'), at(null)).length, 1);
  assert.equal(compare(at('2026-01-01T00:00:00Z'), at(undefined)).length, 1);
});

test('conditions may come in another order, other lists may not', () => {
  const status = (types: string[]) =>
    normalise([got({ status: { conditions: types.map((type) => ({ type })) } })]);
  assert.deepEqual(compare(status(['A', 'B']), status(['B', 'A'])), []);
  const list = (names: string[]) => normalise([got({ items: names.map((name) => ({ name })) })]);
  assert.equal(compare(list(['a', 'b']), list(['b', 'a'])).length, 2);
});

test('ages and widths of columns are no difference in what clients print, words are', () => {
  const printed = (stdout: string) => normalise([{ what: 'kubectl get', exit: 0, stdout, stderr: '' }]);
  assert.deepEqual(compare(printed('web  1/1   5s\n'), printed('web    1/1  2m3s\n')), []);
  assert.equal(compare(printed('web  1/1  5s\n'), printed('web  0/1  5s\n')).length, 1);
});

test('an observation too many or too few is a difference', () => {
  assert.equal(compare([got(1), got(2)], [got(1)]).length, 1);
  assert.equal(compare([got(1)], [got(1), got(2)]).length, 1);
});

test('not served is only what is said openly, where the real one serves', () => {
  const route = { kind: 'Status', code: 404, message: 'the server could not find the requested resource' };
  const object = { kind: 'Status', code: 404, message: 'pods "x" not found' };
  const verdict = (real: Observation, mine: Observation) => judge(step('s'), [real], [mine]).outcome;
  assert.equal(verdict(got({}), got(route, 404)), 'unserved');
  assert.equal(verdict(got(object, 404), got(route, 404)), 'unserved');
  assert.equal(verdict(got({}), got(object, 404)), 'failed');
  assert.equal(verdict(got({}), got({}, 501)), 'unserved');
  assert.equal(verdict(got({}), got({}, 500)), 'failed');
  assert.equal(verdict(got(route, 404), got(object, 404)), 'failed');
});

test('an acceptance covers its listed places only', () => {
  const id = 'discovery and OpenAPI//version says how new it is';
  const fact = (...values: unknown[]): Observation[] => [{ what: 'version', fact: values }];
  const listed = judge(step(id), fact(200, 'a', '1', '35', 'v1'), fact(200, 'a', '1', '35', 'v1+x'));
  assert.equal(listed.outcome, 'accepted');
  const more = judge(step(id), fact(200, 'a', '1', '35', 'v1'), fact(200, 'a', '1', '36', 'v1+x'));
  assert.equal(more.outcome, 'failed');
});

test('a step that stops on the real control plane has failed, whatever the sandbox did', () => {
  assert.equal(judge(step('s'), [got(1)], [got(1)], 'in vain').outcome, 'failed');
});

test('long texts are shown by the lines that differ', () => {
  const shown = describeDifferences([{ path: 'x', testbed: 'a\nb\nc\n', sandbox: 'a\nX\nc\n' }]);
  assert.match(shown, /real {4}b/);
  assert.match(shown, /sandbox X/);
  assert.doesNotMatch(shown, /real {4}a/);
});
