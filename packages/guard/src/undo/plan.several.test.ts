import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { eachEffect } from '../effects/index.ts';
import { planUndo } from './plan.ts';
import { asked, but, live, object, snapshotOf, web } from './testing/kept.ts';

// One write that gives an object to owners that are gone, which deletes it, and scales it to nothing.

const kept = object('apps/v1 Deployment', 'web', { spec: { replicas: 3 } });
const ghost = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'gone' }];
const written = but(kept, { spec: { replicas: 0 }, metadata: { ownerReferences: ghost } });
const effect: RequestRecord['effect'] = {
  verb: 'several',
  target: web,
  effects: [
    { verb: 'delete', target: web, options: {}, dryRun: false, through: 'owners' } as never,
    { verb: 'scale', target: web, replicas: 0, was: 3, dryRun: false },
  ],
  dryRun: false,
};
const plan = (request: Partial<RequestRecord>, standing: KubeObject[], more: RequestRecord[] = []) => {
  const requests = eachEffect([asked({ method: 'PATCH', effect, ...request }), ...more]);
  const { steps, took } = planUndo([snapshotOf([kept])], [], live([kept], standing), requests);
  const said = steps.map((step) =>
    step.do === 'none' ? `${step.result.result}: ${step.result.note}` : `${step.do}`,
  );
  return { said, took };
};
const states: Partial<RequestRecord>[] = [
  { state: 'answered', status: 200 },
  { state: 'kept', status: undefined },
  { state: 'unsettled', status: undefined },
  { state: 'not-carried-out', status: undefined },
];

test('what stands gets its owners back, and then its size: else the collector takes it all the same', () => {
  for (const state of states.slice(0, 3))
    assert.deepEqual(plan(state, [written]), { said: ['own', 'scale'], took: true }, state.state);
});

test('what is gone is made again, whatever was written down of the write: one that deleted has scaled, too', () => {
  for (const state of states) assert.deepEqual(plan(state, []).said, ['create'], state.state);
});

test('what it was to change and did not is told once', () => {
  for (const state of states.slice(1)) {
    const { said, took } = plan(state, [kept]);
    assert.equal(said.length, 1, JSON.stringify(said));
    assert.match(said[0] ?? '', /^unchanged: it took nothing: /);
    assert.equal(took, false);
  }
});

test('a scale that follows it has the last word on the size', () => {
  const scale = asked({
    id: 'r2',
    at: 2,
    method: 'PATCH',
    effect: { verb: 'scale', target: web, replicas: 1, was: 0, dryRun: false },
  });
  const standing = but(written, { spec: { replicas: 1 } });
  assert.deepEqual(plan({}, [standing], [scale]).said, ['own', 'scale']);
});
