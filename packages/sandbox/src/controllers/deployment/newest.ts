import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { isAlreadyExists, isNamespaceTerminating, messageOf } from '../common/errors.ts';
import { fnv32a, safeEncode } from '../common/hash.ts';
import { controllerReference, isControlledBy } from '../common/owner.ts';
import { REPLICA_SETS } from '../common/types.ts';
import { canonicalJson, clone, countOf, semanticallyEqual } from '../common/values.ts';
import { newReplicas } from './numbers.ts';
import {
  findNew,
  hasSameTemplate,
  REVISION,
  REVISION_HISTORY,
  revisionOf,
  TEMPLATE_HASH,
} from './replica-sets.ts';
import { hasDeadline, progress, replicaAnnotations, type Work, writeDeployment } from './work.ts';

const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);
const MAX_HISTORY = 2000;

/**
 * The ReplicaSet of the Deployment's present template, with revision and annotations brought up to date; made
 * where there is none and `create` says so.
 */
export function newestReplicaSet(work: Work, sets: KubeObject[], create: true): KubeObject;
export function newestReplicaSet(work: Work, sets: KubeObject[], create: false): KubeObject | undefined;
export function newestReplicaSet(work: Work, sets: KubeObject[], create: boolean): KubeObject | undefined {
  const existing = findNew(work.deployment, sets);
  const old = sets.filter((set) => set.metadata.uid !== existing?.metadata.uid);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  if (existing) return refresh(work, existing, revision);
  return create ? make(work, old, revision) : undefined;
}

function refresh(work: Work, existing: KubeObject, revision: number): KubeObject {
  const { store } = work.tools;
  const minReadySeconds = countOf(work.deployment.spec?.minReadySeconds, 0);
  const annotations = annotationsFor(work.deployment, existing, revision);
  const changed =
    !semanticallyEqual(annotations, existing.metadata.annotations) ||
    countOf(existing.spec?.minReadySeconds, 0) !== minReadySeconds;
  if (changed) {
    return store.modify(REPLICA_SETS, existing.metadata.namespace, existing.metadata.name, (fresh) => {
      fresh.metadata.annotations = annotations;
      fresh.spec.minReadySeconds = minReadySeconds || undefined;
    });
  }
  takeRevision(work, revisionOf(existing));
  if (hasDeadline(work.deployment) && !conditionOf(work.deployment.status, 'Progressing')) {
    progress(work, 'True', 'FoundNewReplicaSet', `Found new replica set "${existing.metadata.name}"`);
  }
  writeDeployment(work);
  return existing;
}

/** Puts the revision on the working copy. */
function takeRevision({ deployment }: Work, revision: number): void {
  deployment.metadata.annotations = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
}

function annotationsFor(deployment: KubeObject, set: KubeObject, revision: number): Record<string, string> {
  const annotations: Record<string, string> = { ...set.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(key)) annotations[key] = value;
  }
  const before = annotations[REVISION];
  if (revisionOf(set) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  // A ReplicaSet that gets a second revision is being rolled back to: its earlier ones are kept as history.
  if (before !== undefined) {
    const history = [annotations[REVISION_HISTORY], before].filter(Boolean).join(',').split(',');
    while (history.join(',').length > MAX_HISTORY) history.shift();
    annotations[REVISION_HISTORY] = history.join(',');
  }
  return annotations;
}

function make(work: Work, old: KubeObject[], revision: number): KubeObject {
  const { store, record } = work.tools;
  const { deployment } = work;
  const set = draft(deployment, revision);
  const size = newReplicas(deployment, old, 0);
  set.spec.replicas = size;
  let created: KubeObject;
  try {
    created = store.create(REPLICA_SETS, set);
  } catch (error) {
    if (isAlreadyExists(error)) return resolveCollision(work, set, revision, error);
    if (!isNamespaceTerminating(error)) reportFailure(work, set, error);
    throw error;
  }
  const { name } = created.metadata;
  if (size > 0) {
    record(deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
  }
  takeRevision(work, revision);
  if (hasDeadline(deployment))
    progress(work, 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
  writeDeployment(work);
  return created;
}

/** The hash is our own over the template's JSON: the real one is over Go's memory layout and can't be had here. */
function templateHash(deployment: KubeObject): string {
  return safeEncode(
    fnv32a([canonicalJson(deployment.spec?.template), deployment.status?.collisionCount].join('')),
  );
}

function draft(deployment: KubeObject, revision: number): KubeObject {
  const hash = templateHash(deployment);
  const template = clone(deployment.spec.template);
  template.metadata = {
    ...template.metadata,
    labels: { ...template.metadata?.labels, [TEMPLATE_HASH]: hash },
  };
  const selector = clone(deployment.spec.selector);
  selector.matchLabels = { ...selector.matchLabels, [TEMPLATE_HASH]: hash };
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name.slice(0, 253 - hash.length - 1)}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels: { ...template.metadata.labels },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      ...(deployment.spec?.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector,
      template,
    },
  };
  set.metadata.annotations = {
    ...annotationsFor(deployment, set, revision),
    ...replicaAnnotations(deployment),
  };
  return set;
}

function resolveCollision(work: Work, set: KubeObject, revision: number, error: unknown): KubeObject {
  const { deployment, tools } = work;
  const there = tools.store.get(REPLICA_SETS, set.metadata.namespace, set.metadata.name);
  if (isControlledBy(there, deployment) && hasSameTemplate(deployment, there)) {
    takeRevision(work, revision);
    writeDeployment(work);
    return there;
  }
  const count = countOf(deployment.status?.collisionCount, 0) + 1;
  deployment.status = { ...deployment.status, collisionCount: count };
  writeDeployment(work);
  throw error;
}

function reportFailure(work: Work, set: KubeObject, error: unknown): void {
  const message = `Failed to create new replica set "${set.metadata.name}": ${messageOf(error)}`;
  if (hasDeadline(work.deployment)) {
    progress(work, 'False', 'ReplicaSetCreateError', message);
    writeDeployment(work);
  }
  work.tools.record(work.deployment, 'Warning', 'ReplicaSetCreateError', message);
}
