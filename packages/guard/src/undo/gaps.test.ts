import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import { aRequest } from '../journal/testing/records.ts';
import { blindSteps, unseenResults } from './gaps.ts';

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
