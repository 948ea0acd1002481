import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, SoftenRecord } from '@toolcrib/model';
import { planUndo } from './plan.ts';
import { asked, but, live, object, owned, snapshotOf, softened, web as target } from './testing/kept.ts';

const web = object('apps/v1 Deployment', 'web', { spec: { replicas: 1 } });
const set = object('apps/v1 ReplicaSet', 'web-1', { metadata: owned(web) });
const pod = object('v1 Pod', 'web-1-a', { metadata: owned(set) });
const map = object('v1 ConfigMap', 'conf', { data: { a: '1' } });

function plan(
  kept: KubeObject[],
  standing: KubeObject[] = [],
  more: { softenings?: SoftenRecord[]; requests?: RequestRecord[]; openUntil?: number } = {},
) {
  return planUndo(
    kept.length > 0 ? [snapshotOf(kept)] : [],
    more.softenings ?? [],
    live([...kept, web, set, pod], standing),
    more.requests ?? [],
    () => more.openUntil,
  );
}
/** What is done to what, a line a step. */
const lines = ({ steps }: ReturnType<typeof planUndo>) =>
  steps.map((step) => {
    if (step.do === 'none') return `${step.result.result} ${step.result.what}`;
    if ('snapshot' in step) return `${step.do} ${step.snapshot?.kind} ${step.snapshot?.metadata.name}`;
    return step.do;
  });

test('a plan says of which act it is, and what was kept for it', () => {
  assert.equal(plan([map]).actId, 'a');
  const other = softened(web, [set], { actId: 'b' });
  assert.equal(plan([], [], { softenings: [other] }).actId, 'b');
  assert.equal(plan([map], [], { softenings: [other] }).actId, 'a');
  assert.equal(plan([]).actId, '');
  const nameless = but(map, { metadata: { uid: undefined } });
  assert.deepEqual(plan([map, web, nameless], [], { softenings: [other] }).kept, [
    'ConfigMap-conf',
    'Deployment-web',
    'ReplicaSet-web-1',
  ]);
  assert.deepEqual(plan([]).kept, []);
});

test('it took something where one of its requests did', () => {
  const requests = [asked({ targetUids: ['ConfigMap-conf'] })];
  assert.equal(plan([map], [], { requests }).took, true);
  assert.equal(plan([map]).took, false);
  assert.equal(plan([map], [], { requests: [asked({ state: 'refused' })] }).took, false);
});

test('what a softened act left is adopted, and neither it nor its owner is made again', () => {
  const kept = [web, set, pod, map];
  const others = ['create ConfigMap conf'];
  const of = (more: Partial<SoftenRecord>) =>
    lines(plan(kept, [], { softenings: [softened(web, [set, pod], more)] })).sort();
  const all = ['create ConfigMap conf', 'create Deployment web'];
  assert.deepEqual(of({ state: 'softened' }), [...others, 'readopt Deployment web']);
  assert.deepEqual(of({ state: 'started' }), [...others, 'failed Deployment shop/web']);
  for (const more of [
    { state: 'finished' },
    { state: 'softened', how: 'retain-first' },
    { state: 'started', how: 'retain-first' },
  ] as const)
    assert.ok(
      all.every((line) => of(more).includes(line)),
      `${JSON.stringify(more)} ${of(more).join()}`,
    );
});

test('what hung on the owner that is re-adopted is made again, or names it again', () => {
  const below = object('v1 ConfigMap', 'below', { metadata: owned(web) });
  const [readopt, made] = plan([web, below], [], { softenings: [softened(web)] }).steps;
  assert.deepEqual([readopt?.do, made?.do], ['readopt', 'create']);
  const orphan = but(below, { metadata: { ownerReferences: [] } });
  assert.deepEqual(lines(plan([web, below], [orphan], { softenings: [softened(web)] })), [
    'readopt Deployment web',
    'relink ConfigMap below',
  ]);
  const never = softened(web, [], { owner: { ...softened(web).owner, uid: 'unknown' } });
  assert.deepEqual(
    lines(plan([below], [orphan], { softenings: [never] })).at(-1),
    'unchanged ConfigMap shop/below',
  );
});

test('a softening that was cut off says so, or that it can’t be told yet', () => {
  const cut = (more: Partial<SoftenRecord> = {}) => softened(web, [], { state: 'started', ...more });
  const told = (record: SoftenRecord, requests: RequestRecord[] = [], openUntil?: number) =>
    plan([], [web], { softenings: [record], requests, ...(openUntil ? { openUntil } : {}) }).steps.flatMap(
      (step) => (step.do === 'none' ? [`${step.result.result}: ${step.result.note}`] : []),
    );
  const note = 'failed: its softening was cut off and could not be carried to its end: ';
  assert.deepEqual(told(cut()), [`${note}ask again`]);
  assert.deepEqual(told(cut({ note: 'no rights' })), [`${note}no rights`]);
  assert.deepEqual(told(cut({ state: 'finished' })), []);
  // Its request is still open: said once.
  const request = asked({ state: 'unsettled' });
  const open = planUndo(
    [snapshotOf([web])],
    [cut({ how: 'retain-first' })],
    live([web], [web]),
    [request],
    () => 1_000,
  ).steps.flatMap((step) => (step.do === 'none' ? [step.result.result] : []));
  assert.deepEqual(open, ['unknown']);
});

test('volumes that were set to Retain for it are undone with it', () => {
  const claim = object('v1 PersistentVolumeClaim', 'data');
  const kept = softened(claim, [], { how: 'retain-first' });
  const softenings = [kept, softened(claim, [], { how: 'retain-first', state: 'finished' }), softened(web)];
  assert.deepEqual(plan([], [], { softenings }).retained, [kept]);
});

test('what stands again under its name is told by its new UID, unless it is another, or on its way out', () => {
  const now = (more: object = {}, metadata: object = {}) =>
    but(map, { ...more, metadata: { uid: 'new', ...metadata } });
  assert.deepEqual(plan([map], [now()]).again, { 'ConfigMap-conf': 'new' });
  assert.deepEqual(plan([map], [map]).again, {}, 'the same one');
  assert.deepEqual(plan([map], []).again, {});
  assert.deepEqual(plan([map], [now({ data: { a: '2' } })]).again, {}, 'another');
  assert.deepEqual(plan([map], [now({}, { deletionTimestamp: 'x' })]).again, {});
  assert.deepEqual(plan([map], [now({}, { uid: undefined })]).again, {});
  assert.deepEqual(plan([but(map, { metadata: { uid: undefined } })], [now()]).again, {});
});

test('what was only created is known by what stands in its place', () => {
  const created = but(web, { metadata: { uid: 'as sent' }, spec: { replicas: 0, selector: { a: 'b' } } });
  const stands = but(created, { metadata: { uid: 'real' }, spec: { replicas: 5, selector: { a: 'b' } } });
  const request = asked({
    method: 'POST',
    effect: { verb: 'scale', target, replicas: 0, dryRun: false, adopts: '1 Pod' },
    targetUids: ['as sent'],
  });
  assert.equal(plan([created], [stands], { requests: [request] }).again['as sent'], 'real');
  assert.deepEqual(plan([created], [], { requests: [request] }).again, {});
  assert.deepEqual(plan([map], [stands], { requests: [request] }).again, {}, 'nothing of it was kept');
});

test('an owner that stands again is named again, in the line that tells of what it owned', () => {
  const owner = object('v1 ConfigMap', 'owner');
  const again = but(owner, { metadata: { uid: 'new' } });
  const child = object('v1 Secret', 'child', { metadata: owned(owner) });
  const orphan = but(child, { metadata: { ownerReferences: [] } });
  assert.deepEqual(lines(plan([owner, child], [again, orphan])), [
    'unchanged ConfigMap shop/owner',
    'relink Secret child',
  ]);
  // What is made again names its owner from the start.
  assert.deepEqual(lines(plan([owner, child], [again])), [
    'unchanged ConfigMap shop/owner',
    'create Secret child',
  ]);
  // What is told of a difference is still told.
  const volume = object('v1 PersistentVolume', 'pv', {
    metadata: { namespace: undefined },
    spec: { persistentVolumeReclaimPolicy: 'Retain' },
  });
  const claim = object('v1 PersistentVolumeClaim', 'data', {
    metadata: owned(owner),
    spec: { volumeName: 'pv' },
  });
  const other = but(claim, { metadata: { uid: 'anew', ownerReferences: [] }, spec: { volumeName: 'pv2' } });
  const told = lines(plan([owner, claim], [again, other, volume]));
  assert.deepEqual(told, [
    'conflict PersistentVolumeClaim shop/data',
    'unchanged ConfigMap shop/owner',
    'relink PersistentVolumeClaim data',
  ]);
});

test('data comes first, claims are bound before what uses them, a Pod of before goes last', () => {
  const volume = object('v1 PersistentVolume', 'pv', {
    metadata: { namespace: undefined },
    spec: {
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace: 'shop', name: 'data', uid: 'u' },
    },
  });
  const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
  const kafka = object('k.io/v1 Kafka', 'my');
  const password = object('v1 Secret', 'password', { metadata: owned(kafka) });
  const naked = object('v1 Pod', 'naked');
  assert.deepEqual(lines(plan([kafka, naked, password, map, claim, volume])), [
    'create PersistentVolume pv',
    'create PersistentVolumeClaim data',
    'create Secret password',
    'create ConfigMap conf',
    'await-bound PersistentVolumeClaim data',
    'create Pod naked',
    'create Kafka my',
  ]);
  assert.deepEqual(lines(plan([claim, volume])), [
    'create PersistentVolume pv',
    'create PersistentVolumeClaim data',
    'await-bound PersistentVolumeClaim data',
  ]);
});

test('what a write gave to owners that are gone gets its own again, once', () => {
  const ghost = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'gone' }];
  const given = but(map, { metadata: { ownerReferences: ghost } });
  const effect = { verb: 'delete', target, options: {}, dryRun: false } as const;
  const request = (through?: string) =>
    asked({ targetUids: ['ConfigMap-conf'], effect: { ...effect, ...(through ? { through } : {}) } });
  assert.deepEqual(lines(plan([map], [given], { requests: [request('owners')] })), ['own ConfigMap conf']);
  assert.deepEqual(lines(plan([map], [given], { requests: [request()] })), ['unchanged ConfigMap shop/conf']);
  // One that was only scaled has its owners.
  const scale = asked({ effect: { verb: 'scale', target, replicas: 0, was: 1, dryRun: false } });
  const scaled = but(web, { spec: { replicas: 0 }, metadata: { ownerReferences: ghost } });
  assert.deepEqual(lines(plan([web], [scaled], { requests: [scale] })), ['scale Deployment web']);
});

test('an operator that has made Pods since the act is taken at its word, one that had made them before is not', () => {
  const kafka = object('k.io/v1 Kafka', 'my');
  const gone = object('v1 Pod', 'my-0', { metadata: owned(kafka) });
  const made = (creationTimestamp: string) =>
    object('v1 Pod', 'my-1', { metadata: { ...owned(kafka), creationTimestamp } });
  const result = (creationTimestamp: string) => {
    const snapshot = snapshotOf([gone], { takenAt: Date.parse('2026-11-23T12:00:00Z') });
    const later = snapshotOf([map], { id: 's2', takenAt: Date.parse('2026-11-23T13:00:00Z') });
    const view = { ...live([gone, kafka, map], [kafka]), pods: [made(creationTimestamp)] };
    const { steps } = planUndo([later, snapshot], [], view);
    return steps.flatMap((step) =>
      step.do === 'none' && step.result.what === 'Pod shop/my-0' ? [step.result.note] : [],
    );
  };
  assert.deepEqual(result('2026-11-23T12:30:00Z'), ['the operator of Kafka my has made others meanwhile']);
  assert.deepEqual(result('2026-11-23T11:59:59Z'), [], 'it is made again');
});
