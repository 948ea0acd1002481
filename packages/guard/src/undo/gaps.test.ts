import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import { aRequest } from '../journal/testing/records.ts';
import { blindSteps, unknownSteps, unseenResults } from './gaps.ts';
import { asked, object, snapshotOf } from './testing/kept.ts';

const secret = { kind: 'Secret', why: 'secrets is forbidden.' };
const results = (...requests: Partial<RequestRecord>[]) =>
  unseenResults(
    requests.map((more, index) => aRequest({ id: `r${index}`, state: 'answered', status: 200, ...more })),
    [],
  );

test('what was not seen fails by name; each kind once, however many requests', () => {
  const one = results({ unseen: [secret] });
  assert.equal(one[0]?.result, 'failed');
  assert.equal(one[0]?.what, 'Secret');
  assert.match(one[0]?.note ?? '', /not seen .*not kept.*\(secrets is forbidden\)$/);
  const many = results({ unseen: [secret] }, { unseen: [secret, { kind: 'Kafka.k.io', why: 'away' }] });
  assert.deepEqual(
    many.map(({ what }) => what),
    ['Secret', 'Kafka.k.io'],
  );
});

test('it counts for nothing where the request took nothing, and is no failure where it hardly ever belongs', () => {
  assert.deepEqual(results({ unseen: [secret], state: 'refused' }), []);
  assert.deepEqual(results({ unseen: [secret], status: 409 }), []);
  assert.deepEqual(results({}), []);
  assert.equal(results({ unseen: [{ ...secret, unlikely: true }] })[0]?.result, 'skipped');
});

test('of many that hardly ever belong to it, one line: it fails nothing', () => {
  const kinds = ['A', 'B', 'C', 'D', 'E'].map((kind) => `${kind}.x.io`);
  const custom = kinds.map((kind) => ({ kind, why: 'forbidden.', unlikely: true as const }));
  assert.deepEqual(results({ unseen: [...custom, secret] }), [
    { ...results({ unseen: [secret] })[0] },
    {
      what: 'A.x.io, B.x.io, C.x.io and 2 more kinds',
      result: 'skipped',
      note: 'not looked through when it went (forbidden)',
    },
  ]);
});

test('what went without a net is said to be gone for good', () => {
  const without = { snapshotId: undefined, note: 'not kept: the disk is full' };
  const blind = (more: Partial<RequestRecord>) =>
    blindSteps([aRequest({ state: 'answered', status: 200, ...more })], [], new Map(), []);
  const [step] = blind(without);
  assert.equal(step?.do === 'none' && step.result.result, 'failed');
  assert.match((step?.do === 'none' && step.result.note) || '', /nothing of it was kept.*the disk is full/);
  assert.deepEqual(blind({ ...without, state: 'refused' }), []);
  assert.deepEqual(blind({ snapshotId: 'snap-1' }), []);
});

test('nothing was kept of what was named, by anybody: else it is compared, or was looked at', () => {
  const web = object('apps/v1 Deployment', 'web');
  const told = (more: Partial<RequestRecord>, kept: (typeof web)[] = [], requestId = 'other') =>
    blindSteps(
      [asked({ targetUids: ['Deployment-web'], ...more })],
      [],
      new Map(kept.map((one) => [one.metadata.uid ?? '', one])),
      [snapshotOf(kept, { requestId })],
    ).map((step) => (step.do === 'none' ? `${step.result.what}: ${step.result.note}` : step.do));
  const gone = 'DELETE /web: nothing of it was kept, so nothing comes back (without a net)';
  assert.deepEqual(told({}), [gone]);
  assert.deepEqual(told({}, [web]), [], 'its target was kept, with another request');
  assert.deepEqual(told({}, [object('v1 Secret', 's')]), [gone]);
  assert.deepEqual(told({}, [object('v1 Secret', 's')], 'r'), [], 'what was kept for it held other objects');
  assert.deepEqual(told({ effect: { verb: 'none' } }), []);
  assert.deepEqual(told({ effect: { verb: 'planted' } as never }), [], 'told as unknown');
  assert.deepEqual(told({ effect: { verb: 'not-understood', why: 'a strange body' } }), [
    "DELETE /web: it was not understood (a strange body) and nothing was kept: what it changed can't be undone",
  ]);
  assert.deepEqual(told({ effect: { verb: 'not-understood', why: 'x' } }, [web]), []);
});

test('a request of several effects is told once', () => {
  assert.equal(blindSteps([asked(), asked()], [], new Map(), []).length, 1);
  assert.equal(blindSteps([asked(), asked({ id: 'r2' })], [], new Map(), []).length, 2);
});

test('of an effect that nobody knows how to undo it is said that nobody knows', () => {
  const planted = { verb: 'planted' } as never;
  const told = (...requests: RequestRecord[]) =>
    unknownSteps(requests, []).map((step) =>
      step.do === 'none' ? [step.result.result, step.result.what] : step.do,
    );
  assert.deepEqual(told(asked({ effect: planted })), [['unknown', 'DELETE /web']]);
  assert.deepEqual(told(asked({ effect: planted, state: 'refused' })), [], 'it took nothing');
  assert.deepEqual(told(asked()), []);
});
