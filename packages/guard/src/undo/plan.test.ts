import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, SoftenRecord } from '@toolcrib/model';
import { planUndo } from './plan.ts';
import { keyOfObject } from './steps.ts';
import { live, object, owned, snapshotOf } from './testing/kept.ts';

function said(objects: KubeObject[], standing: KubeObject[] = [], requests: RequestRecord[] = []): string[] {
  return planUndo([snapshotOf(objects)], [], live(objects, standing), requests).steps.map((step) => {
    if (step.do === 'none') return `${step.result.result} ${step.result.what.replace(/shop\//, '')}`;
    if (step.do === 'create') return `create ${step.snapshot.kind} ${step.snapshot.metadata.name}`;
    return step.do;
  });
}

test('what a controller makes again is left to it, down the chain', () => {
  const revision = { 'deployment.kubernetes.io/revision': '2' };
  const web = object('apps/v1 Deployment', 'web', { metadata: { annotations: revision } });
  const set = object('apps/v1 ReplicaSet', 'web-2', {
    metadata: { ...owned(web), annotations: revision },
    spec: { replicas: 1 },
  });
  const old = object('apps/v1 ReplicaSet', 'web-1', {
    metadata: { ...owned(web), annotations: { 'deployment.kubernetes.io/revision': '1' } },
    spec: { replicas: 0 },
  });
  const pod = object('v1 Pod', 'web-2-x', { metadata: owned(set) });
  const objects = [web, set, old, pod];
  assert.deepEqual(said(objects).sort(), [
    'create Deployment web',
    'create ReplicaSet web-1',
    'skipped Pod web-2-x',
    'skipped ReplicaSet web-2',
  ]);
  assert.deepEqual(said([pod, set], [set]), ['unchanged ReplicaSet web-2', 'skipped Pod web-2-x']);
  assert.deepEqual(said([pod]), ['conflict Pod web-2-x'], 'alone it would only get the traffic of others');
});

test('finished Pods and Jobs are not run again; mirror Pods are their node’s', () => {
  const done = { status: { phase: 'Succeeded' } };
  const over = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };
  const mirror = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } };
  assert.deepEqual(said([object('v1 Pod', 'p', done)]), ['skipped Pod p']);
  assert.deepEqual(said([object('batch/v1 Job', 'j', over)]), ['skipped Job j']);
  assert.deepEqual(said([object('batch/v1 Job', 'j')]), ['create Job j']);
  assert.deepEqual(said([object('v1 Pod', 'm', mirror)]), ['skipped Pod m']);
});

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

test('a claim and its volume', () => {
  const volume = object('v1 PersistentVolume', 'pv', {
    metadata: { namespace: undefined },
    spec: {
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { namespace: 'shop', name: 'data', uid: 'u' },
    },
  });
  const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
  const steps = ['create PersistentVolumeClaim data', 'await-bound', 'reclaim'];
  assert.deepEqual(said([claim, volume], [volume]), ['retain', 'unchanged PersistentVolume pv', ...steps]);
  assert.deepEqual(said([claim, volume]), [
    'failed PersistentVolume pv',
    'create PersistentVolumeClaim data',
  ]);
  const retained = { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' } };
  assert.deepEqual(said([claim, retained]), [
    'create PersistentVolume pv',
    'create PersistentVolumeClaim data',
    'await-bound',
  ]);
  const stolen = { ...volume, spec: { ...volume.spec, claimRef: { namespace: 'shop', name: 'thief' } } };
  assert.deepEqual(said([claim], [stolen]), ['conflict PersistentVolumeClaim data']);
});

test('a claim that stands again: with its data, without it, or in the way of it', () => {
  const bare = { namespace: undefined };
  const volume = (name: string) => object('v1 PersistentVolume', name, { metadata: bare, spec: {} });
  const claim = (uid: string, on: string | undefined, phase: string) =>
    object('v1 PersistentVolumeClaim', 'data', {
      metadata: { uid },
      spec: { volumeName: on },
      status: { phase },
    });
  const old = claim('old', 'pv', 'Bound');
  const of = (now: KubeObject, volumes: KubeObject[]) => {
    const [step] = planUndo([snapshotOf([old])], [], live([old, volume('pv')], [now, ...volumes])).steps;
    return step?.do === 'none' ? `${step.result.result}: ${step.result.note}` : step?.do;
  };
  assert.match(of(claim('new', 'pv', 'Bound'), [volume('pv')]) ?? '', /^unchanged: the same/);
  assert.match(
    of(claim('new', 'pv', 'Pending'), []) ?? '',
    /^conflict: it waits for volume pv, which is gone/,
  );
  assert.match(of(claim('new', 'pv2', 'Bound'), []) ?? '', /^unchanged: .*empty: volume pv is gone/);
  assert.match(of(claim('new', 'pv2', 'Bound'), [volume('pv')]) ?? '', /^conflict: .*data is on volume pv$/);
  assert.match(of(claim('new', undefined, 'Pending'), [volume('pv')]) ?? '', /^conflict: .*no volume yet/);
  const larger = claim('new', 'pv2', 'Bound');
  larger.spec.resources = { requests: { storage: '9Gi' } };
  assert.match(of(larger, [volume('pv')]) ?? '', /^conflict: .*data is on volume pv$/);
  assert.match(of(larger, []) ?? '', /^conflict: something else/);
  const set = object('apps/v1 StatefulSet', 'db', { spec: { replicas: 1 } });
  const owns = { ...old, metadata: { ...old.metadata, ...owned(set) } } as KubeObject;
  const other = object('apps/v1 StatefulSet', 'db', { metadata: { uid: 'other' }, spec: { replicas: 2 } });
  const standing = [other, claim('new', 'pv2', 'Bound'), volume('pv')];
  const { steps } = planUndo([snapshotOf([set, owns])], [], live([set, owns, volume('pv')], standing));
  const told = steps.flatMap((step) => (step.do === 'none' ? [step.result.note] : []));
  assert.ok(
    told.some((note) => /data is on volume pv$/.test(note ?? '')),
    told.join(),
  );
  const unread = live([old]);
  const key = keyOfObject(volume('pv'));
  delete unread.at[key];
  unread.unreadable[key] = 'forbidden';
  const [blind] = planUndo([snapshotOf([old])], [], unread).steps;
  assert.equal(blind?.do === 'none' && blind.result.result, 'failed', 'a claim made blindly may be Lost');
});

test('Pods of a controller that is another one now are nobody’s to make; nor above a set’s replicas', () => {
  const set = (replicas: number, uid = 'StatefulSet-db') =>
    object('apps/v1 StatefulSet', 'db', { metadata: { uid }, spec: { replicas } });
  const pod = object('v1 Pod', 'db-2', { metadata: owned(set(3)) });
  const of = (standing: KubeObject[], requests: RequestRecord[] = [], pods = [pod]) => {
    const objects = [set(3), ...pods];
    const { steps } = planUndo([snapshotOf(objects)], [], live(objects, standing), requests);
    return steps
      .filter((step) => step.do === 'none' && step.result.what.startsWith('Pod'))
      .map((step) => (step.do === 'none' ? `${step.result.result}: ${step.result.note}` : ''))
      .join();
  };
  assert.match(of([set(3)]), /^skipped: StatefulSet db makes it again/);
  assert.match(of([set(1, 'other')]), /^skipped: StatefulSet db is another one now; .* not brought back/);
  const itsOwn = { ...pod, metadata: { ...pod.metadata, uid: 'theirs' } } as KubeObject;
  assert.match(of([set(1, 'other'), itsOwn]), /^skipped: StatefulSet db is another one now/);
  assert.match(of([set(3, 'the-same-again')]), /^skipped: StatefulSet db makes it again/);
  assert.match(of([set(2)]), /^conflict: StatefulSet db has 2 replicas now/);
  const first = object('v1 Pod', 'db-0', { metadata: owned(set(3)) });
  assert.match(of([set(2)], [], [first]), /^skipped: StatefulSet db makes it again/);
});

test('a softening that was cut off is said, and a softened one is re-adopted', () => {
  const web = object('apps/v1 Deployment', 'web');
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    uid: 'Deployment-web',
  };
  const record: SoftenRecord = {
    actId: 'a',
    requestId: 'r',
    context: '',
    owner,
    left: [],
    finishAfter: 0,
    state: 'softened',
  };
  const stepsOf = (state: SoftenRecord['state']) =>
    planUndo([snapshotOf([web])], [{ ...record, state }], live([web])).steps.map((step) => step.do);
  assert.deepEqual(stepsOf('softened'), ['readopt']);
  assert.deepEqual(stepsOf('finished'), ['create']);
  assert.deepEqual(stepsOf('failed'), ['none'], 'it took nothing');
  assert.deepEqual(stepsOf('started'), ['none'], 'its owner is still on its way');
});

test('only what its requests took, or may have taken, is brought back', () => {
  const map = object('v1 ConfigMap', 'c', { data: { a: '1' } });
  const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'c' };
  const request = (more: Partial<RequestRecord>): RequestRecord => ({
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'DELETE',
    path: '/c',
    effect: { verb: 'delete', target, options: {}, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    targetUids: ['ConfigMap-c'],
    ...more,
  });
  const took = (more: Partial<RequestRecord>) => said([map], [], [request(more)]);
  const create = ['create ConfigMap c'];
  for (const state of ['softened', 'carried-out', 'unsettled', 'kept', 'failed'] as const)
    assert.deepEqual(took({ state }), create, state);
  assert.deepEqual(took({ status: 200 }), create);
  assert.deepEqual(took({ status: 202 }), create);
  const none = ['unchanged DELETE /c'];
  for (const state of ['held', 'refused', 'not-sent'] as const)
    assert.deepEqual(took({ state }), none, state);
  // Sent it was, and it is gone: an answer can be wrong, what stands there is not.
  assert.deepEqual(took({ state: 'not-carried-out' }), create);
  for (const status of [403, 409, 422, 504]) assert.deepEqual(took({ status }), create, String(status));
  const collection = { verb: 'delete-collection', target, options: {}, dryRun: false } as const;
  assert.deepEqual(took({ status: 500, effect: collection }), create, 'part of it may have gone');
  // One of two requests of the act: only the other's snapshot counts.
  const other = object('v1 ConfigMap', 'd');
  const second = { ...snapshotOf([other]), id: 's2', requestId: 'r2' };
  const both = [request({ state: 'not-sent' }), request({ id: 'r2', status: 200 })];
  const steps = planUndo([snapshotOf([map]), second], [], live([map, other]), both).steps;
  assert.deepEqual(
    steps.map((step) => (step.do === 'create' ? step.snapshot.metadata.name : step.do)),
    ['none', 'd'],
  );
});

test('a scale that the cluster refused is not scaled back', () => {
  const web = object('apps/v1 Deployment', 'web', { spec: { replicas: 3 } });
  const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
  const request = (status: number): RequestRecord => ({
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'PATCH',
    path: '/web',
    effect: { verb: 'scale', target, replicas: 0, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status,
    targetUids: ['Deployment-web'],
  });
  const now = { ...web, spec: { replicas: 0 } } as KubeObject;
  assert.deepEqual(said([web], [now], [request(200)]), ['scale']);
  assert.deepEqual(said([web], [now], [request(403)]), ['unchanged PATCH /web']);
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

test('of several scales of one object it goes back to what was before the first', () => {
  const web = object('apps/v1 Deployment', 'web', { spec: { replicas: 3 } });
  const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
  const request = (at: number, was: number, replicas: number): RequestRecord => ({
    id: `r${at}`,
    actId: 'a',
    at,
    method: 'PATCH',
    path: '/web',
    effect: { verb: 'scale', target, replicas, was, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status: 200,
    targetUids: ['Deployment-web'],
  });
  const sized = (replicas: number) => ({ ...web, spec: { replicas } }) as KubeObject;
  const snapshots = [3, 2].map((size, at) => ({
    ...snapshotOf([sized(size)]),
    id: `s${at + 1}`,
    requestId: `r${at + 1}`,
    takenAt: at + 1,
  }));
  const { steps } = planUndo(snapshots, [], live([web], [sized(0)]), [request(1, 3, 2), request(2, 2, 0)]);
  const [step] = steps;
  assert.deepEqual(step?.do === 'scale' && [step.at, step.from, step.to], ['object', 0, 3]);
});

test('a Pod that was taken over and is not what its adopter makes is not told as made again, whichever of them was guessed', () => {
  const of = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });
  const template = of('web:1');
  const created = object('apps/v1 ReplicaSet', 'web', {
    metadata: { uid: 'created/apps/replicasets/shop/web' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
  });
  const now = { ...created, metadata: { ...created.metadata, uid: 'its own' } };
  const alike = object('v1 Pod', 'alike', of('web:1'));
  const other = object('v1 Pod', 'other', of('debug:1'));
  const target = { group: 'apps', version: 'v1', resource: 'replicasets', namespace: 'shop', name: 'web' };
  const request: RequestRecord = {
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'POST',
    path: '/apis/apps/v1/namespaces/shop/replicasets',
    effect: { verb: 'scale', target, replicas: 1, was: 2, dryRun: false, adopts: 'it takes over 2 Pods' },
    decision: { then: 'allow', rule: 'default', reason: '' },
    state: 'answered',
    status: 201,
    targetUids: [created.metadata.uid ?? ''],
  };
  const noteOf = (gone: KubeObject, guessed: KubeObject): string | undefined => {
    const objects = [created, alike, other];
    const stays = { ...(gone === alike ? other : alike) };
    stays.metadata = { ...stays.metadata, ...owned(now) };
    const promised = [{ uid: guessed.metadata.uid ?? '', loss: 'restorable' as const }];
    const { steps } = planUndo([{ ...snapshotOf(objects), promised }], [], live(objects, [now, stays]), [
      request,
    ]);
    return steps
      .flatMap((step) => (step.do === 'none' ? [step.result] : []))
      .find(({ what }) => what.endsWith(gone.metadata.name))?.note;
  };
  assert.equal(noteOf(alike, alike), 'ReplicaSet web makes it again');
  assert.equal(noteOf(alike, other), 'ReplicaSet web makes it again');
  assert.equal(noteOf(other, alike), 'ReplicaSet web makes another in its place');
});
