import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { planUndo } from './plan.ts';
import { keyOfObject } from './steps.ts';
import { live, object, owned, snapshotOf } from './testing/kept.ts';
import { said } from './testing/told-plan.ts';

test('what stands now: the same, the same again, another, on its way out, unreadable', () => {
  const map = object('v1 ConfigMap', 'c', { data: { a: '1' } });
  const other = (more: object) => ({ ...map, ...more }) as KubeObject;
  assert.deepEqual(said([map], [map]), ['unchanged ConfigMap c']);
  const again = other({ metadata: { ...map.metadata, uid: 'new' } });
  assert.deepEqual(said([map], [again]), ['unchanged ConfigMap c']);
  assert.deepEqual(said([map], [other({ ...again, data: { a: '2' } })]), ['conflict ConfigMap c']);
  const going = other({ metadata: { ...map.metadata, deletionTimestamp: 'x' } });
  const plan = planUndo([snapshotOf([map])], [], live([map], [going]));
  assert.equal(plan.steps[0]?.do === 'create' && plan.steps[0].waitGone, 'ConfigMap-c');
  const before = other({ metadata: { ...map.metadata, deletionTimestamp: 'w' } });
  assert.deepEqual(said([before], [before]), ['unchanged ConfigMap c'], 'somebody else’s act takes it');
  const blind = { ...live([map]), unreadable: { [keyOfObject(map)]: 'forbidden' } };
  const unread = planUndo([snapshotOf([map])], [], blind).steps[0];
  assert.equal(unread?.do === 'none' && unread.result.result, 'failed');
});

test('of several snapshots of one object the first counts: the state before the act', () => {
  const before = object('v1 ConfigMap', 'c', { data: { a: '1' } });
  const later = { ...before, data: { a: '2' } };
  const snapshots = [
    { ...snapshotOf([later]), takenAt: 2 },
    { ...snapshotOf([before]), takenAt: 1 },
  ];
  const [step] = planUndo(snapshots, [], live([before])).steps;
  assert.deepEqual(step?.do === 'create' && step.snapshot.data, { a: '1' });
});

test('what came only while the act went on is not brought back beside what stood before', () => {
  const owner = object('k.io/v1 Kafka', 'k');
  const before = object('v1 Secret', 's', { metadata: owned(owner), data: { password: 'old' } });
  const anew = object('v1 Secret', 's', {
    metadata: { uid: 'anew', ...owned(owner) },
    data: { password: 'new' },
  });
  const web = object('apps/v1 StatefulSet', 'web', { spec: { replicas: 1 } });
  const again = object('apps/v1 StatefulSet', 'web', { metadata: { uid: 'again' }, spec: { replicas: 1 } });
  const pod = object('v1 Pod', 'web-0', { metadata: { uid: 'later', ...owned(again) } });
  const snapshots = [
    { ...snapshotOf([before, web]), takenAt: 1 },
    { ...snapshotOf([owner, anew, again, pod]), id: 's2', takenAt: 2 },
  ];
  const all = live([owner, before, web, pod]);
  const created = planUndo(snapshots, [], all).steps.map((step) =>
    step.do === 'create'
      ? [step.snapshot.kind, step.snapshot.data?.password ?? ''].join(' ').trim()
      : step.do,
  );
  assert.deepEqual(created.sort(), ['Kafka', 'Secret old', 'StatefulSet']);
});

test('what stands is compared: nothing is called as it stood that is not', () => {
  const map = object('v1 ConfigMap', 'c', { data: { a: '1', b: '2' }, metadata: { labels: { x: 'y' } } });
  const now = { ...map, data: { a: '1', b: 'secret', c: '3' } } as KubeObject;
  const relabelled = { ...map, metadata: { ...map.metadata, labels: {} } } as KubeObject;
  const blind: RequestRecord = {
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'PATCH',
    path: '/c',
    effect: { verb: 'not-understood', why: 'a strange body' },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status: 200,
    targetUids: ['ConfigMap-c'],
  };
  const result = (standing: KubeObject, requests: RequestRecord[] = []) => {
    const [step] = planUndo([snapshotOf([map])], [], live([map], [standing]), requests).steps;
    return step?.do === 'none' ? `${step.result.result}: ${step.result.note}` : step?.do;
  };
  assert.equal(result(map), 'unchanged: it stands as it stood');
  assert.equal(result(now), 'unchanged: it stands; changed since it was kept: data.b, data.c');
  assert.match(result(now, [blind]) ?? '', /^conflict: .*not understood.*data\.b, data\.c; undo does not/);
  assert.match(result(relabelled, [blind]) ?? '', /^conflict: .*metadata\.labels\.x/);
  assert.match(result(map, [blind]) ?? '', /^unchanged: it stands, with nothing changed that/);
  const [nothing] = planUndo([], [], live([]), [{ ...blind, targetUids: [] }]).steps;
  assert.equal(nothing?.do === 'none' && nothing.result.result, 'failed');
});
