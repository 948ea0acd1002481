import type { KubeObject } from '@toolcrib/kube';
import { claimObjects } from '../common/adoption.ts';
import { ignoreNotFound } from '../common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { ownersToWake, recognisesItsOwn, selects } from '../common/owner.ts';
import {
  createPod,
  deletePod,
  isAvailable,
  isFinished,
  isReady,
  isTerminating,
  nextAvailability,
  ownAndOrphaned,
} from '../common/pods.ts';
import {
  claimRevisions,
  DAEMON_SET_NAMING,
  presentRevision,
  REVISION_HASH,
  truncateHistory,
} from '../common/revisions.ts';
import { DAEMON_SETS, NODES, PODS } from '../common/types.ts';
import { countOf, omitEmpty, scaledValue } from '../common/values.ts';
import { keyOfObject } from '../common/view.ts';
import { daemonPod, nodeOf, wantedOn } from './placement.ts';

/** Keeps one Pod of each DaemonSet on every Node that it is for (source: pkg/controller/daemon). */
export function daemonSetController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'daemonset-controller',
    watch: [
      { type: DAEMON_SETS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        keys: (change, { view }) => ownersToWake(view, change, { type: DAEMON_SETS, kind: 'DaemonSet' }),
      },
      { type: NODES, keys: (_, { view }) => view.list(DAEMON_SETS).map(keyOfObject) },
    ],
    sync({ namespace, name, key }, tools) {
      const set = tools.view.get(DAEMON_SETS, namespace, name);
      if (set && recognisesItsOwn(set)) syncDaemonSet(set, key, tools);
    },
  });
}

interface Work {
  set: KubeObject;
  tools: Tools;
  hash: string;
  /** Pods by the Node that they are on or meant for. */
  onNode: Map<string | undefined, KubeObject[]>;
}

function syncDaemonSet(set: KubeObject, key: string, tools: Tools): void {
  if (isTerminating(set)) return;
  const revisions = claimRevisions(tools, set, DAEMON_SETS);
  const { revision, collisions } = presentRevision(tools, set, revisions, DAEMON_SET_NAMING);
  const hash = revision.metadata.labels?.[REVISION_HASH] ?? '';
  const pods = claimObjects(tools.store, ownAndOrphaned(tools, PODS, set), {
    owner: set,
    ownerType: DAEMON_SETS,
    type: PODS,
    matches: (pod) => selects(set, pod),
  });
  const onNode: Work['onNode'] = new Map();
  for (const pod of pods) {
    // What has ended and only waits to be let go has left its Node.
    if (isFinished(pod) && isTerminating(pod)) continue;
    const node = nodeOf(pod);
    onNode.set(node, [...(onNode.get(node) ?? []), pod]);
  }
  const work: Work = { set, tools, hash, onNode };
  place(work);
  if (set.spec?.updateStrategy?.type !== 'OnDelete') rollUpdate(work);
  writeStatus(work, collisions);
  const live = new Set([revision.metadata.name]);
  const hashes = new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_HASH]));
  for (const item of revisions)
    if (hashes.has(item.metadata.labels?.[REVISION_HASH])) live.add(item.metadata.name);
  truncateHistory(tools, set, revisions, live);
  const wait = nextAvailability(pods, countOf(set.spec?.minReadySeconds, 0), tools.clock.now());
  if (wait !== undefined) tools.queue.addAfter(key, wait);
}

/** A Pod where one is missing; none where none should be, and no second one. */
function place({ set, tools, hash, onNode }: Work): void {
  const nodes = tools.view.list(NODES);
  for (const node of nodes) {
    const { name } = node.metadata;
    const there = onNode.get(name) ?? [];
    const { run, stay } = wantedOn(set, node);
    const standing = there.filter((pod) => !isTerminating(pod));
    // One on its way out still has the Node.
    if (run && there.length === 0) createPod(tools, set, daemonPod(set, name, hash));
    const ended = standing.filter(isFinished);
    if (stay) for (const pod of ended) tellEnded({ set, tools }, pod, name);
    const running = oldestFirst(standing.filter((pod) => !isFinished(pod)));
    for (const pod of [...ended, ...(stay ? running.slice(1) : running)]) deletePod(tools, set, pod);
  }
}

function tellEnded({ set, tools }: Pick<Work, 'set' | 'tools'>, pod: KubeObject, node: string): void {
  const which = `daemon pod ${set.metadata.namespace}/${pod.metadata.name} on node ${node}`;
  if (pod.status.phase === 'Failed')
    tools.record(set, 'Warning', 'FailedDaemonPod', `Found failed ${which}, will try to kill it`);
  else tools.record(set, 'Normal', 'SucceededDaemonPod', `Found succeeded ${which}, will try to delete it`);
}

/** Those that have their Node before those that wait for it, and of either the oldest. */
function oldestFirst(pods: KubeObject[]): KubeObject[] {
  const key = ({ spec, metadata: { creationTimestamp, name } }: KubeObject) =>
    [spec.nodeName === undefined, creationTimestamp, name].join(' ');
  return [...pods].sort((a, b) => key(a).localeCompare(key(b)));
}

/** Takes Pods of old revisions away: first those that are of no use anyway, then as many as may be missing. */
function rollUpdate(work: Work): void {
  const { set, tools, hash } = work;
  const wanted = tools.view.list(NODES).filter((node) => wantedOn(set, node).run);
  const { maxUnavailable } = set.spec.updateStrategy.rollingUpdate;
  const allowed = Math.max(1, scaledValue(maxUnavailable, wanted.length, 'up'));
  let unavailable = 0;
  const useless: KubeObject[] = [];
  const candidates: KubeObject[] = [];
  for (const node of wanted) {
    const pod = (work.onNode.get(node.metadata.name) ?? []).find((item) => item.status?.phase !== 'Failed');
    const available = pod !== undefined && !isTerminating(pod) && isUp(work, pod);
    if (!available) unavailable++;
    if (!pod || isTerminating(pod) || pod.metadata.labels?.[REVISION_HASH] === hash) continue;
    (available ? candidates : useless).push(pod);
  }
  const more = candidates.slice(0, Math.max(0, allowed - unavailable));
  for (const pod of [...useless, ...more]) deletePod(tools, set, pod);
}

function isUp({ set, tools }: Work, pod: KubeObject): boolean {
  return isAvailable(pod, countOf(set.spec?.minReadySeconds, 0), tools.clock.now());
}

function writeStatus(work: Work, collisions: number): void {
  const { set, tools, hash, onNode } = work;
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of tools.view.list(NODES)) {
    const [pod] = oldestFirst(onNode.get(node.metadata.name) ?? []);
    if (!wantedOn(set, node).run) {
      if (pod) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (!pod) continue;
    counts.current++;
    if (isReady(pod)) counts.ready++;
    if (isUp(work, pod)) counts.available++;
    if (pod.metadata.labels?.[REVISION_HASH] === hash) counts.updated++;
  }
  const status = {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...omitEmpty({
      observedGeneration: set.metadata.generation,
      updatedNumberScheduled: counts.updated,
      numberAvailable: counts.available,
      numberUnavailable: counts.desired - counts.available,
      collisionCount: collisions,
    }),
  };
  ignoreNotFound(() =>
    tools.store.modify(
      DAEMON_SETS,
      set.metadata.namespace,
      set.metadata.name,
      (fresh) => {
        if (fresh.metadata.uid === set.metadata.uid) fresh.status = status;
      },
      { subresource: 'status' },
    ),
  );
}
