import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeleteOptions, KubeObject } from '@toolcrib/kube';
import { ApiError } from '../apimachinery/api-error.ts';
import { infoOf } from '../testing/infos.ts';
import { checkPreconditions, deletesByUpdate, deletionStep } from './deletion.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const MAPS = infoOf('/configmaps');
const DEPLOYMENTS = infoOf('apps/deployments');
const PODS = infoOf('/pods');

function object(metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', uid: 'u-1', ...metadata } };
}

function plain(metadata: Partial<KubeObject['metadata']> = {}, options: DeleteOptions = {}, info = MAPS) {
  const step = deletionStep(info, {}, object(metadata), options, NOW);
  return { do: step.do, meta: 'object' in step ? step.object.metadata : undefined };
}

/** A Pod that runs for 30 seconds after it was asked to go. */
function pod(metadata: Partial<KubeObject['metadata']>, options: DeleteOptions = {}) {
  const strategy = { gracePeriod: (_: KubeObject, asked: number | undefined) => asked ?? 30 };
  const step = deletionStep(PODS, strategy, object(metadata), options, NOW);
  return { do: step.do, meta: 'object' in step ? step.object.metadata : undefined };
}

test('preconditions that are not met are conflicts that name both sides and the kind', () => {
  const stands = object({ resourceVersion: '7' });
  const refused = (preconditions: DeleteOptions['preconditions']) => {
    try {
      checkPreconditions(DEPLOYMENTS, stands, { preconditions });
    } catch (error) {
      assert.ok(error instanceof ApiError);
      assert.deepEqual(error.status.details, { name: 'one', group: 'apps', kind: 'Deployment' });
      return [error.code, error.reason, error.message];
    }
    return undefined;
  };
  assert.equal(refused(undefined), undefined);
  assert.equal(refused({ uid: 'u-1', resourceVersion: '7' }), undefined);
  const what = 'Operation cannot be fulfilled on Deployment.apps "one": ';
  assert.deepEqual(refused({ uid: 'other' }), [
    409,
    'Conflict',
    `${what}the UID in the precondition (other) does not match the UID in record (u-1). The object might have been deleted and then recreated`,
  ]);
  assert.deepEqual(refused({ uid: 'u-1', resourceVersion: '6' }), [
    409,
    'Conflict',
    `${what}the ResourceVersion in the precondition (6) does not match the ResourceVersion in record (7). The object might have been modified`,
  ]);
});

test('without a finalizer an object goes at once', () => {
  assert.equal(plain().do, 'remove');
  assert.equal(plain({ finalizers: [] }).do, 'remove');
  assert.equal(plain({}, { propagationPolicy: 'Background' }).do, 'remove');
});

test('a finalizer holds it: marked as from now, without grace, as one more generation', () => {
  const held = plain({ finalizers: ['example.com/hold'], generation: 4 });
  assert.deepEqual(held, {
    do: 'update',
    meta: {
      name: 'one',
      uid: 'u-1',
      finalizers: ['example.com/hold'],
      generation: 5,
      deletionTimestamp: '2026-11-02T10:00:00Z',
      deletionGracePeriodSeconds: 0,
    },
  });
  assert.equal(plain({ finalizers: ['example.com/hold'] }).meta?.generation, undefined);
  assert.equal(plain({ finalizers: ['example.com/hold'], generation: 0 }).meta?.generation, 0);
});

test('a second delete of a marked object changes nothing, unless it asks for another propagation', () => {
  const marked = {
    finalizers: ['foregroundDeletion'],
    generation: 5,
    deletionTimestamp: '2026-11-02T09:00:00Z',
    deletionGracePeriodSeconds: 0,
  };
  assert.equal(plain(marked, { propagationPolicy: 'Foreground' }).do, 'nothing');
  // Foreground stays where nobody says otherwise.
  assert.equal(plain(marked).do, 'nothing');
  const orphaned = plain(marked, { propagationPolicy: 'Orphan' });
  assert.equal(orphaned.do, 'update');
  assert.deepEqual(orphaned.meta?.finalizers, ['orphan']);
  // The mark and the generation stay as they were.
  assert.equal(orphaned.meta?.deletionTimestamp, '2026-11-02T09:00:00Z');
  assert.equal(orphaned.meta?.generation, 5);
  assert.deepEqual(plain(marked, { propagationPolicy: 'Background' }), {
    do: 'remove',
    meta: { ...marked, name: 'one', uid: 'u-1', finalizers: undefined },
  });
});

test('an object whose deletion lies in the future is due now once it has no grace', () => {
  const later = {
    finalizers: ['example.com/hold'],
    deletionTimestamp: '2026-11-02T10:05:00Z',
    deletionGracePeriodSeconds: 300,
  };
  const { meta } = plain(later);
  assert.equal(meta?.deletionTimestamp, '2026-11-02T10:00:00Z');
  assert.equal(meta?.deletionGracePeriodSeconds, 0);
});

test('propagation becomes a finalizer beside the ones of others', () => {
  const finalizersAfter = (options: DeleteOptions, before: string[] = [], info = MAPS) =>
    plain({ finalizers: before }, options, info).meta?.finalizers;
  assert.deepEqual(finalizersAfter({ propagationPolicy: 'Foreground' }), ['foregroundDeletion']);
  assert.deepEqual(finalizersAfter({ propagationPolicy: 'Orphan' }), ['orphan']);
  assert.deepEqual(finalizersAfter({ propagationPolicy: 'Foreground' }, ['a.io/b', 'orphan']), [
    'a.io/b',
    'foregroundDeletion',
  ]);
  assert.deepEqual(finalizersAfter({ propagationPolicy: 'Orphan' }, ['foregroundDeletion', 'a.io/b']), [
    'a.io/b',
    'orphan',
  ]);
  assert.deepEqual(finalizersAfter({ propagationPolicy: 'Background' }, ['orphan', 'a.io/b']), ['a.io/b']);
  // batch/v1 Jobs orphan where nobody says otherwise.
  assert.deepEqual(finalizersAfter({}, [], infoOf('batch/jobs')), ['orphan']);
  // The registry of Events has no garbage collection.
  const event = deletionStep(
    infoOf('/events'),
    { garbageCollected: false },
    object(),
    { propagationPolicy: 'Orphan' },
    NOW,
  );
  assert.equal(event.do, 'remove');
  const marked = {
    finalizers: ['a.io/b'],
    deletionTimestamp: '2026-11-02T09:00:00Z',
    deletionGracePeriodSeconds: 0,
  };
  const again = deletionStep(infoOf('/events'), { garbageCollected: false }, object(marked), {}, NOW);
  assert.equal(again.do, 'nothing');
});

test('a Pod stands until its grace period is over', () => {
  assert.deepEqual(pod({ generation: 2 }), {
    do: 'update',
    meta: {
      name: 'one',
      uid: 'u-1',
      generation: 3,
      deletionTimestamp: '2026-11-02T10:00:30Z',
      deletionGracePeriodSeconds: 30,
    },
  });
  assert.equal(pod({}).meta?.generation, undefined);
  assert.equal(pod({ generation: 0 }).meta?.generation, 0);
  assert.equal(pod({}, { gracePeriodSeconds: 0 }).do, 'remove');
  assert.equal(pod({ finalizers: ['a.io/b'] }, { gracePeriodSeconds: 0 }).do, 'update');
});

test('the grace period of a Pod that goes already may only be shortened', () => {
  const going = {
    generation: 3,
    deletionTimestamp: '2026-11-02T10:00:20Z',
    deletionGracePeriodSeconds: 30,
  };
  for (const gracePeriodSeconds of [undefined, 30, 60]) {
    assert.equal(pod(going, { gracePeriodSeconds }).do, 'nothing', String(gracePeriodSeconds));
  }
  const shorter = pod(going, { gracePeriodSeconds: 5 });
  assert.equal(shorter.do, 'update');
  // Begun at 09:59:50, so due five seconds later.
  assert.equal(shorter.meta?.deletionTimestamp, '2026-11-02T09:59:55Z');
  assert.equal(shorter.meta?.deletionGracePeriodSeconds, 5);
  assert.equal(shorter.meta?.generation, 3);
  assert.equal(pod(going, { gracePeriodSeconds: -1 }).meta?.deletionGracePeriodSeconds, 1);
  assert.equal(pod(going, { gracePeriodSeconds: 0 }).do, 'remove');
  const unknown = { deletionTimestamp: '2026-11-02T10:00:20Z' };
  assert.equal(pod(unknown, { gracePeriodSeconds: 0 }).do, 'nothing');
});

test('an update that takes the last finalizer away deletes, once nothing else holds the object', () => {
  const marked = object({ deletionTimestamp: '2026-11-02T09:00:00Z', finalizers: ['a.io/b'] });
  assert.equal(deletesByUpdate(object(), marked), true);
  assert.equal(deletesByUpdate(object({ finalizers: [] }), marked), true);
  assert.equal(deletesByUpdate(object({ finalizers: ['a.io/b'] }), marked), false);
  assert.equal(deletesByUpdate(object(), object({ finalizers: ['a.io/b'] })), false);
  const graceful = object({ deletionTimestamp: '2026-11-02T09:00:00Z', deletionGracePeriodSeconds: 30 });
  assert.equal(deletesByUpdate(object(), graceful), false);
  const over = object({ deletionTimestamp: '2026-11-02T09:00:00Z', deletionGracePeriodSeconds: 0 });
  assert.equal(deletesByUpdate(object(), over), true);
  const namespace = (finalizers: string[]) => ({ ...object(), kind: 'Namespace', spec: { finalizers } });
  assert.equal(deletesByUpdate(namespace(['kubernetes']), marked), false);
  assert.equal(deletesByUpdate(namespace([]), marked), true);
  // `spec.finalizers` is a matter of Namespaces alone.
  assert.equal(deletesByUpdate({ ...namespace(['x']), kind: 'ConfigMap' }, marked), true);
});

test('a second of grace is grace, and none is none', () => {
  assert.equal(pod({}, { gracePeriodSeconds: 1 }).do, 'update');
  assert.equal(pod({}, { gracePeriodSeconds: 0 }).do, 'remove');
});
