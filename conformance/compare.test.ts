import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, describeDifferences } from './compare.ts';
import { judge } from './judge.ts';
import { normalise, placeMatcher } from './normalise.ts';
import type { Step } from './step.ts';
import type { Observation, Run } from './types.ts';

const step = (id: string): Step => ({ id, category: 'x', name: id, run: async () => {} });
const got = (body: unknown, status = 200): Observation => ({ what: 'GET /x', status, body });
const ran = (observed: Observation[]): Run => ({ observed, trail: [] });

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
  const uids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  const pair = (owner: string | undefined) => [
    got({ metadata: { name: 'a', uid: uids[0] } }),
    got({ metadata: { name: 'b', uid: uids[1], ownerReferences: [{ uid: owner }] } }),
  ];
  const right = normalise(pair(uids[0]));
  const other = normalise(
    JSON.parse(
      JSON.stringify(pair(uids[0])).replaceAll('11111111-', '99999999-').replaceAll('22222222-', '88888888-'),
    ),
  );
  assert.deepEqual(compare(right, other), []);
  const [difference] = compare(right, normalise(pair(uids[1])));
  assert.match(difference?.path ?? '', /ownerReferences\.0\.uid$/);
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

const NOT_SERVED = {
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: {
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
  501: { reason: 'NotImplemented', message: 'the sandbox does not serve the subresource log of pods' },
};
const says = (code: keyof typeof NOT_SERVED): Observation => ({
  ...got({ kind: 'Status', code, ...NOT_SERVED[code] }, code),
  what: 'GET /api/v1/namespaces/c-1/pods/one/log',
});
const log = (body: unknown, status = 200): Observation => ({ ...says(404), body, status });
const other: Observation = { what: 'GET /y', status: 200, body: { a: 1 } };

for (const [what, id, real, mine, outcome] of [
  ['as listed', 'beyond/logs', [log('x')], [says(404)], 'unserved'],
  ['where the real one has no such object', 'beyond/logs', [log('x', 404)], [says(404)], 'unserved'],
  ['with another status than listed', 'beyond/logs', [log('x')], [says(405)], 'failed'],
  ['without its words', 'beyond/logs', [log('x')], [log({ kind: 'Status', code: 404 }, 404)], 'failed'],
  ['with no body', 'beyond/logs', [log('x')], [log({}, 404)], 'failed'],
  [
    'with a status that the body denies',
    'beyond/logs',
    [log('x')],
    [{ ...says(404), status: 200 }],
    'failed',
  ],
  ['in another step', 'errors/logs', [log('x')], [says(404)], 'failed'],
  ['of another request', 'beyond/logs', [other], [{ ...says(404), what: other.what }], 'failed'],
  [
    'while another request differs',
    'beyond/logs',
    [log('x'), other],
    [says(404), { ...other, body: {} }],
    'failed',
  ],
  ['while another agrees', 'beyond/logs', [log('x'), other], [says(404), other], 'unserved'],
] as const) {
  test(`not served yet, ${what}: ${outcome}`, () => {
    assert.equal(judge(step(id), ran([...real]), ran([...mine])).outcome, outcome);
  });
}

test('an acceptance covers its listed places only', () => {
  const id = 'discovery and OpenAPI//version says how new it is';
  const fact = (...values: unknown[]) => ran([{ what: 'version', fact: values }]);
  const listed = judge(step(id), fact(200, 'a', '1', '35', 'v1'), fact(200, 'a', '1', '35', 'v1+x'));
  assert.equal(listed.outcome, 'accepted');
  const more = judge(step(id), fact(200, 'a', '1', '35', 'v1'), fact(200, 'a', '1', '36', 'v1+x'));
  assert.equal(more.outcome, 'failed');
});

test('a step that stops on the real control plane has failed, whatever the sandbox did', () => {
  assert.equal(judge(step('s'), { ...ran([got(1)]), stopped: 'in vain' }, ran([got(1)])).outcome, 'failed');
});

test('long texts are shown by the lines that differ', () => {
  const shown = describeDifferences([{ path: 'x', at: 0, testbed: 'a\nb\nc\n', sandbox: 'a\nX\nc\n' }]);
  assert.match(shown, /real {4}b/);
  assert.match(shown, /sandbox X/);
  assert.doesNotMatch(shown, /real {4}a/);
});
