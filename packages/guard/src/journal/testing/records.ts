import type { Act, Hold, RequestRecord, Snapshot, SoftenRecord, UndoRecord } from '@toolcrib/model';

// Small, whole records for tests; each field can be given.

export function anAct(fields: Partial<Act> = {}): Act {
  return {
    id: 'act-000001',
    context: 'prod',
    caller: { person: 'aiko', token: 'token-1', claim: { userAgent: 'kubectl/v1.35.2', name: 'kubectl' } },
    startedAt: 1_000,
    lastAt: 1_000,
    soFar: 1,
    title: 'delete StatefulSet shop/kafka',
    ...fields,
  };
}

export function aRequest(fields: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'req-1',
    actId: 'act-000001',
    at: 1_000,
    method: 'DELETE',
    path: '/apis/apps/v1/namespaces/shop/statefulsets/kafka',
    effect: {
      verb: 'delete',
      target: { group: 'apps', version: 'v1', resource: 'statefulsets', namespace: 'shop', name: 'kafka' },
      options: { propagationPolicy: 'Background' },
      propagation: 'Background',
      dryRun: false,
    },
    decision: { then: 'hold', rule: 'outage', reason: 'StatefulSet kafka would be left without Pods.' },
    state: 'held',
    targetUids: ['uid-kafka'],
    ...fields,
  };
}

export function aSnapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    id: 'snap-1',
    actId: 'act-000001',
    requestId: 'req-1',
    takenAt: 1_000,
    context: 'prod',
    objects: [
      {
        // Not in the usual order: what is kept must come back as it was.
        kind: 'StatefulSet',
        apiVersion: 'apps/v1',
        spec: { replicas: 3, secret: 'swordfish' },
        metadata: {
          uid: 'uid-kafka',
          name: 'kafka',
          namespace: 'shop',
          managedFields: [{ manager: 'kubectl' }],
        },
      },
    ],
    ...fields,
  };
}

export function aHold(fields: Partial<Hold> = {}): Hold {
  const { effect, decision } = aRequest();
  return {
    code: 'K7QM',
    actId: 'act-000001',
    requestId: 'req-1',
    context: 'prod',
    createdAt: 1_000,
    expiresAt: 61_000,
    waiting: true,
    effect,
    decision,
    radius: {
      state: 'complete',
      targets: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'kafka', uid: 'uid-kafka' },
      ],
      members: [],
      unseen: [],
      opaque: [],
      counts: {
        objects: 4,
        pods: 3,
        podsNotReplaced: 3,
        workloads: 1,
        workloadsLeftWithoutPods: 1,
        servicesCut: 0,
        podsOnNodes: 0,
        usedByPods: 0,
        setsBelowHalf: 0,
        statefulPods: 0,
        claims: 0,
        volumesLost: 0,
      },
      seenAt: 900,
    },
    fingerprint: 'f1',
    state: 'open',
    person: 'aiko',
    requestKey: 'k1',
    ...fields,
  };
}

export function aSoften(fields: Partial<SoftenRecord> = {}): SoftenRecord {
  return {
    actId: 'act-000001',
    requestId: 'req-1',
    context: 'prod',
    owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'kafka', uid: 'uid-kafka' },
    left: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'kafka-0', uid: 'uid-pod-0' }],
    finishAfter: 3_600_000,
    state: 'started',
    ...fields,
  };
}

export function anUndo(fields: Partial<UndoRecord> = {}): UndoRecord {
  return {
    id: 'undo-1',
    actId: 'act-000001',
    at: 2_000,
    by: 'aiko',
    kind: 'undo',
    results: [{ what: 'StatefulSet shop/kafka', result: 'done' }],
    ...fields,
  };
}
