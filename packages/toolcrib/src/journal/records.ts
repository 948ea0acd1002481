import { z } from 'zod';
import type { Act, Hold, RequestRecord, Snapshot, SoftenRecord, UndoRecord } from '../model/index.ts';

// What is read back is checked like any other input: the file outlives the program that wrote it, and disks
// fail. Loose objects, so that a field that a newer toolcrib added is not dropped by an older one's rewrite.

const count = z.number();
const text = z.string();
const texts = z.array(text);
const as = z.record(text, z.union([text, texts])).optional();

const caller = z.looseObject({
  person: text,
  token: text,
  claim: z.looseObject({ userAgent: text, name: text.optional(), version: text.optional() }),
  session: text.optional(),
  command: text.optional(),
  process: text.optional(),
  tool: z.looseObject({ name: text, version: text.optional(), sha256: text }).optional(),
  agent: z.boolean().optional(),
});

export const actSchema = z.looseObject({
  id: text,
  context: text,
  cluster: z.looseObject({ uid: text.optional(), address: text }).optional(),
  caller,
  startedAt: count,
  lastAt: count,
  soFar: count,
  expected: count.optional(),
  title: text,
}) satisfies z.ZodType<Act>;

const target = z.looseObject({
  group: text,
  version: text,
  resource: text,
  namespace: text.optional(),
  name: text.optional(),
  labelSelector: text.optional(),
  fieldSelector: text.optional(),
});

const propagation = z.enum(['Orphan', 'Background', 'Foreground']);

const deleteOptions = z.looseObject({
  gracePeriodSeconds: count.optional(),
  preconditions: z.looseObject({ uid: text.optional(), resourceVersion: text.optional() }).optional(),
  orphanDependents: z.boolean().optional(),
  propagationPolicy: propagation.optional(),
  dryRun: texts.optional(),
  ignoreStoreReadErrorWithClusterBreakingPotential: z.boolean().optional(),
});

const effect = z.discriminatedUnion('verb', [
  z.looseObject({ verb: z.literal('none') }),
  z.looseObject({
    verb: z.enum(['delete', 'delete-collection', 'evict']),
    target,
    options: deleteOptions,
    propagation: propagation.optional(),
    dryRun: z.boolean(),
    through: text.optional(),
  }),
  z.looseObject({
    verb: z.literal('scale'),
    target,
    replicas: count,
    was: count.optional(),
    dryRun: z.boolean(),
  }),
  z.looseObject({ verb: z.literal('uninstall'), target, release: text, dryRun: z.literal(false) }),
  z.looseObject({ verb: z.literal('not-understood'), target: target.optional(), why: text }),
]);

const decisionVerb = z.enum(['allow', 'warn', 'hold', 'deny']);

const decision = z.looseObject({
  then: decisionVerb,
  rule: text,
  reason: text,
  softening: z
    .discriminatedUnion('possible', [
      z.looseObject({ possible: z.literal(true), how: z.enum(['orphan-first', 'retain-first']) }),
      z.looseObject({ possible: z.literal(false), why: text }),
    ])
    .optional(),
  wouldBe: decisionVerb.optional(),
});

const ref = z.looseObject({
  apiVersion: text,
  kind: text,
  namespace: text.optional(),
  name: text,
  uid: text.optional(),
});

const refWithUid = ref.extend({ uid: text });

const unseen = z.array(
  z.looseObject({
    kind: text,
    why: text,
    decides: z.literal(true).optional(),
    unlikely: z.literal(true).optional(),
  }),
);

export const requestSchema = z.looseObject({
  id: text,
  actId: text,
  at: count,
  method: text,
  path: text,
  effect,
  decision,
  state: z.enum([
    'held',
    'kept',
    'without-net',
    'answered',
    'softened',
    'refused',
    'not-sent',
    'failed',
    'carried-out',
    'not-carried-out',
    'unsettled',
  ]),
  status: count.optional(),
  targetUids: texts,
  snapshotId: text.optional(),
  unseen: unseen.optional(),
  as,
  ahead: z.literal(true).optional(),
  unsure: z.looseObject({ why: text, until: count, looked: count.optional() }).optional(),
  note: text.optional(),
}) satisfies z.ZodType<RequestRecord>;

const radius = z.looseObject({
  state: z.enum(['complete', 'incomplete', 'opaque']),
  targets: z.array(ref),
  members: z.array(
    z.looseObject({
      ref,
      fate: z.enum(['deleted', 'stops', 'orphaned']),
      loss: z.enum(['returns', 'restorable', 'lost']),
      why: text,
      via: text.optional(),
      also: texts.optional(),
      finalizers: texts.optional(),
      generation: count.optional(),
      owners: texts,
      ready: z.boolean().optional(),
      spent: z.literal(true).optional(),
    }),
  ),
  unseen,
  opaque: z.array(z.looseObject({ ref, why: text })),
  counts: z.looseObject({
    objects: count,
    pods: count,
    podsNotReplaced: count,
    workloads: count,
    workloadsLeftWithoutPods: count,
    claims: count,
    volumesLost: count,
    // Not counted by the first versions.
    servicesCut: count.default(0),
    podsOnNodes: count.default(0),
    usedByPods: count.default(0),
    setsBelowHalf: count.default(0),
    statefulPods: count.default(0),
  }),
  seenAt: count,
});

const answeredFrom = z
  .looseObject({ pid: count, terminal: text.optional(), under: text.optional(), run: text.optional() })
  .optional();

export const holdSchema = z.looseObject({
  code: text,
  actId: text,
  usedIn: text.optional(),
  alsoBy: texts.optional(),
  requestId: text,
  context: text,
  createdAt: count,
  expiresAt: count,
  coversUntil: count.optional(),
  waiting: z.boolean(),
  effect,
  radius,
  decision,
  fingerprint: text,
  envelope: z
    .looseObject({
      session: text,
      verb: text,
      kind: text,
      namespace: text.optional(),
      likeness: text.optional(),
      uids: texts,
      used: texts,
      expiresAt: count,
    })
    .optional(),
  state: z.enum(['open', 'approved', 'denied', 'used', 'expired', 'void']),
  answer: z
    .looseObject({
      as: z.enum(['as-sent', 'softened']),
      by: text,
      at: count,
      withoutNet: z.boolean().optional(),
      from: answeredFrom,
    })
    .optional(),
  denied: z.looseObject({ by: text, at: count, from: answeredFrom }).optional(),
  person: text,
  caller: caller.optional(),
  as,
  requestKey: text,
  needsName: text.optional(),
  net: z.enum(['partial', 'none']).optional(),
  needed: text.optional(),
  before: texts.optional(),
  untold: text.optional(),
  revision: count.optional(),
}) satisfies z.ZodType<Hold>;

export const softenSchema = z.looseObject({
  actId: text,
  requestId: text,
  context: text,
  owner: refWithUid,
  left: z.array(refWithUid),
  gracePeriodSeconds: count.optional(),
  as,
  finishAfter: count,
  undoAsked: count.optional(),
  how: z.enum(['orphan-first', 'retain-first']).optional(),
  claims: z.enum(['Delete', 'Retain']).optional(),
  held: z.boolean().optional(),
  volumes: z.array(z.looseObject({ name: text, uid: text, reclaimPolicy: text })).optional(),
  marked: z.boolean().optional(),
  state: z.enum(['started', 'softened', 'finished', 'undone', 'failed']),
  note: text.optional(),
}) satisfies z.ZodType<SoftenRecord>;

export const undoSchema = z.looseObject({
  id: text,
  actId: text,
  at: count,
  by: text,
  kind: z.enum(['undo', 'finish']),
  results: z.array(
    z.looseObject({
      what: text,
      result: z.enum(['done', 'unchanged', 'skipped', 'conflict', 'failed', 'unknown']),
      note: text.optional(),
    }),
  ),
}) satisfies z.ZodType<UndoRecord>;

export const snapshotSchema = z.looseObject({
  id: text,
  actId: text,
  requestId: text,
  takenAt: count,
  context: text,
  objects: z.array(z.looseObject({ apiVersion: text, kind: text, metadata: z.looseObject({ name: text }) })),
  promised: z.array(z.looseObject({ uid: text, loss: z.enum(['returns', 'restorable', 'lost']) })).optional(),
}) satisfies z.ZodType<Snapshot>;
