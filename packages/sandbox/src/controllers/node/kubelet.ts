import type { Body, KubeObject } from '@toolcrib/kube';
import { ignoreNotFound } from '../common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { isFinished, isTerminating } from '../common/pods.ts';
import { timeOf, timestamp } from '../common/time.ts';
import { CONFIG_MAPS, NODES, PODS } from '../common/types.ts';
import { semanticallyEqual } from '../common/values.ts';
import { keyOfObject } from '../common/view.ts';
import { addressBook } from './addresses.ts';
import { endOf, isLost, mayBecomeReady } from './hooks.ts';
import { backOff, type ContainerState, type Ended, podStatus, restarts } from './pod-status.ts';

const SECRETS = { group: '', version: 'v1', resource: 'secrets' };
const RETRY_MOUNT = 1_000;
const CREATING: ContainerState = { state: 'creating' };

export interface KubeletOptions extends ControllerOptions {
  /** Milliseconds from a Pod's binding until it is Running and Ready; 300 by default. */
  podStartMs?: number;
  /** Milliseconds that containers take to end when told to; by default they use their whole grace period. */
  podStopMs?: number;
  /** Milliseconds after which containers end with success that are not to be restarted for ever; 1000 by default. */
  jobPodMs?: number;
}

/** One kubelet for all Nodes: runs the Pods that are bound to them, in name only. */
export function kubelet(options: KubeletOptions = {}) {
  const { podStartMs = 300, podStopMs, jobPodMs = 1_000 } = options;
  const states = new Map<string, ContainerState>();
  const addresses = addressBook();
  /** When each Pod was first seen, in milliseconds: `status.startTime` knows whole seconds only. */
  const begunAt = new Map<string, number>();
  const stopping = new Set<string>();

  return controlLoop({
    ...options,
    name: 'kubelet',
    watch: [
      {
        type: PODS,
        keys({ type, object }) {
          if (type === 'DELETED') {
            for (const book of [states, begunAt, stopping]) book.delete(String(object.metadata.uid));
            addresses.release(object);
            return [];
          }
          addresses.note(object);
          return object.spec?.nodeName ? [keyOfObject(object)] : [];
        },
      },
      {
        type: NODES,
        keys: ({ object }, { view }) =>
          view
            .list(PODS)
            .filter((pod) => pod.spec?.nodeName === object.metadata.name)
            .map(keyOfObject),
      },
    ],
    sync({ namespace, name, key }, tools) {
      const pod = tools.view.get(PODS, namespace, name);
      const node = tools.view.get(NODES, undefined, String(pod?.spec?.nodeName));
      // Without its Node, or with a silent one, nobody acts on the Pod: it stays as it is.
      if (!pod || !node || isLost(node)) return;
      const run: Run = { pod, node, key, tools };
      if (isTerminating(pod)) stop(run);
      else if (!isFinished(pod)) advance(run);
    },
  });

  function advance(run: Run): void {
    const { pod, tools, key } = run;
    const now = tools.clock.now();
    const uid = String(pod.metadata.uid);
    const before = states.get(uid) ?? stateFrom(pod);
    if (!before) begunAt.set(uid, now);
    const { state, wait } = before ? next(run, before, now) : { state: CREATING, wait: podStartMs };
    states.set(uid, state);
    write(run, state);
    announce(run, before, state);
    if (wait !== undefined) tools.queue.addAfter(key, wait);
  }

  /** What the containers do next, and after how many milliseconds to look again. */
  function next(run: Run, state: ContainerState, now: number): { state: ContainerState; wait?: number } {
    const { pod } = run;
    if (state.state === 'creating') return start(run, now);
    if (state.state === 'waiting to restart') {
      const due = state.last.finishedAt + backOff(state.restarts);
      // That it is to be looked at again then was said when the pause began.
      if (now < due) return { state };
      return runFrom(pod, now, state.restarts + 1, state.last);
    }
    if (state.state === 'ended') return { state };
    const end = endOf(pod, jobPodMs);
    const due = end && state.startedAt + end.afterMs;
    if (end && due !== undefined && now >= due) {
      const ended: Ended = { exitCode: end.exitCode, startedAt: state.startedAt, finishedAt: now };
      if (!restarts(pod, end.exitCode)) {
        return { state: { state: 'ended', restarts: state.restarts, ended } };
      }
      return {
        state: { state: 'waiting to restart', restarts: state.restarts, last: ended },
        wait: backOff(state.restarts),
      };
    }
    return {
      state: { ...state, ready: mayBecomeReady(pod) },
      wait: due === undefined ? undefined : due - now,
    };
  }

  function start(run: Run, now: number): { state: ContainerState; wait?: number } {
    const { metadata, status } = run.pod;
    const due = (begunAt.get(String(metadata.uid)) ?? Number(timeOf(status?.startTime))) + podStartMs;
    if (now < due) return { state: CREATING, wait: due - now };
    const missing = missingMount(run);
    if (missing) {
      run.tools.record(run.pod, 'Warning', 'FailedMount', missing, { host: run.node.metadata.name });
      return { state: CREATING, wait: RETRY_MOUNT };
    }
    return runFrom(run.pod, now, 0);
  }

  function runFrom(pod: KubeObject, now: number, count: number, last?: Ended) {
    const end = endOf(pod, jobPodMs);
    const state: ContainerState = {
      state: 'running',
      startedAt: now,
      ready: mayBecomeReady(pod),
      restarts: count,
      ...(last ? { last } : {}),
    };
    return { state, wait: end?.afterMs };
  }

  function write({ pod, node, tools }: Run, state: ContainerState): void {
    const now = tools.clock.now();
    const facts = {
      now,
      hostIp: addressOf(node),
      startTime: pod.status?.startTime ?? timestamp(now),
      podIp: pod.spec?.hostNetwork ? addressOf(node) : addresses.take(pod, node),
    };
    if (semanticallyEqual(podStatus(pod, state, facts), pod.status)) return;
    const put = (fresh: KubeObject) => void (fresh.status = podStatus(fresh, state, facts));
    tools.store.modify(PODS, pod.metadata.namespace, pod.metadata.name, put, { subresource: 'status' });
  }

  /** Ends a Pod: its containers get their time, then it is really removed. */
  function stop(run: Run): void {
    const { pod, tools, key } = run;
    const { namespace, name, uid = '', deletionTimestamp } = pod.metadata;
    const grace = Number(pod.metadata.deletionGracePeriodSeconds);
    // Grace 0 is what the kubelet itself asks for at the end; only foreign finalizers hold the Pod now.
    if (grace === 0) return;
    const now = tools.clock.now();
    const limit = Number(timeOf(deletionTimestamp));
    const told = limit - grace * 1000;
    const due = podStopMs === undefined ? limit : Math.min(limit, told + podStopMs);
    const state = states.get(uid) ?? stateFrom(pod) ?? CREATING;
    if (!stopping.has(uid) && state.state === 'running') {
      stopping.add(uid);
      for (const container of pod.spec.containers) {
        recordContainer(run, container, 'Normal', 'Killing', `Stopping container ${container.name}`);
      }
    }
    if (now < due) {
      tools.queue.addAfter(key, due - now);
      return;
    }
    if (state.state === 'running') {
      const ended: Ended = { exitCode: 0, startedAt: state.startedAt, finishedAt: now };
      write(run, { state: 'ended', restarts: state.restarts, ended });
    }
    ignoreNotFound(() =>
      tools.store.delete(PODS, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } }),
    );
  }
}

interface Run {
  pod: KubeObject;
  node: KubeObject;
  key: string;
  tools: Tools;
}

function addressOf(node: KubeObject): string {
  const addresses: Body[] = node.status?.addresses ?? [];
  return addresses.find((item) => item.type === 'InternalIP')?.address ?? '127.0.0.1';
}

/** What a Pod's own status says of its containers, for Pods that ran before this kubelet did. */
function stateFrom(pod: KubeObject): ContainerState | undefined {
  const first: Body = pod.status?.containerStatuses?.[0];
  if (!first || !pod.status?.startTime) return undefined;
  const startedAt = timeOf(first.state?.running?.startedAt);
  if (startedAt === undefined) return CREATING;
  return { state: 'running', startedAt, ready: mayBecomeReady(pod), restarts: Number(first.restartCount) };
}

/** The first volume whose ConfigMap or Secret is not there. */
function missingMount({ pod, tools }: Run): string | undefined {
  for (const volume of pod.spec?.volumes ?? []) {
    for (const [type, kind, source, name] of [
      [CONFIG_MAPS, 'configmap', volume.configMap, volume.configMap?.name],
      [SECRETS, 'secret', volume.secret, volume.secret?.secretName],
    ] as const) {
      if (!name || source.optional) continue;
      if (!tools.view.get(type, pod.metadata.namespace, name)) {
        return `MountVolume.SetUp failed for volume "${volume.name}" : ${kind} "${name}" not found`;
      }
    }
  }
  return undefined;
}

function announce(run: Run, before: ContainerState | undefined, after: ContainerState): void {
  const started = after.state === 'running' && before?.state !== 'running';
  const crashed = after.state === 'waiting to restart' && before?.state !== 'waiting to restart';
  for (const container of run.pod.spec.containers) {
    if (started) {
      const pulled = `Container image "${container.image}" already present on machine and can be accessed by the pod`;
      recordContainer(run, container, 'Normal', 'Pulled', pulled);
      recordContainer(run, container, 'Normal', 'Created', 'Container created');
      recordContainer(run, container, 'Normal', 'Started', 'Container started');
    } else if (crashed) {
      const { namespace, name, uid } = run.pod.metadata;
      const message = `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`;
      recordContainer(run, container, 'Warning', 'BackOff', message);
    }
  }
}

function recordContainer(
  { pod, node, tools }: Run,
  container: Body,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const fieldPath = `spec.containers{${container.name}}`;
  tools.record(pod, type, reason, message, { fieldPath, host: node.metadata.name });
}
