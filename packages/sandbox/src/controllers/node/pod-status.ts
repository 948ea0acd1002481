import type { Body, KubeObject } from '@toolcrib/kube';
import { timestamp } from '../common/time.ts';
import { restartPolicyOf } from './hooks.ts';

/** What the kubelet knows of a Pod's containers: all of a Pod's containers behave alike here. */
export type ContainerState =
  | { state: 'creating' }
  | { state: 'running'; startedAt: number; ready: boolean; restarts: number; last?: Ended }
  | { state: 'waiting to restart'; restarts: number; last: Ended }
  | { state: 'ended'; restarts: number; ended: Ended };

export interface Ended {
  exitCode: number;
  startedAt: number;
  finishedAt: number;
}

export interface PodFacts {
  podIp?: string;
  hostIp: string;
  now: number;
  startTime: string;
}

/** The status that a kubelet writes for a Pod in this state; what it does not know of stays as it was. */
export function podStatus(pod: KubeObject, containers: ContainerState, facts: PodFacts): Body {
  const phase = phaseOf(containers);
  const ready = containers.state === 'running' && containers.ready;
  const over = phase === 'Succeeded' || phase === 'Failed';
  const names: string[] = (pod.spec?.containers ?? []).map((container: Body) => container.name);
  const unready = ready
    ? {}
    : over
      ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
  const status: Body = { ...pod.status, phase };
  status.observedGeneration = pod.metadata.generation;
  if (status.observedGeneration === undefined) delete status.observedGeneration;
  status.conditions = withConditions(pod, facts, [
    { type: 'PodReadyToStartContainers', status: containers.state === 'creating' || over ? 'False' : 'True' },
    { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) },
    { type: 'Ready', status: ready ? 'True' : 'False', ...unready },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...unready },
    { type: 'PodScheduled', status: 'True' },
  ]);
  status.hostIP = facts.hostIp;
  status.hostIPs = [{ ip: facts.hostIp }];
  if (facts.podIp && containers.state !== 'creating') {
    status.podIP = facts.podIp;
    status.podIPs = [{ ip: facts.podIp }];
  }
  status.startTime = facts.startTime;
  status.containerStatuses = (pod.spec?.containers ?? []).map((container: Body) =>
    containerStatus(pod, container, containers),
  );
  const init: Body[] = pod.spec?.initContainers ?? [];
  if (init.length > 0) {
    status.initContainerStatuses = init.map((container) => initStatus(pod, container, containers, facts));
  }
  return status;
}

function phaseOf(containers: ContainerState): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  if (containers.state === 'creating') return 'Pending';
  if (containers.state !== 'ended') return 'Running';
  return containers.ended.exitCode === 0 ? 'Succeeded' : 'Failed';
}

/** Replaces the kubelet's own conditions, keeps the times of those that did not change, and others' conditions. */
function withConditions(pod: KubeObject, facts: PodFacts, own: Body[]): Body[] {
  const before: Body[] = pod.status?.conditions ?? [];
  const generation = pod.metadata.generation;
  const next = own.map((condition) => {
    const old = before.find((item) => item.type === condition.type);
    const same = old?.status === condition.status;
    return {
      type: condition.type,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status: condition.status,
      lastProbeTime: null,
      lastTransitionTime: same ? old.lastTransitionTime : timestamp(facts.now),
      ...(condition.reason ? { reason: condition.reason } : {}),
      ...(condition.message ? { message: condition.message } : {}),
    };
  });
  return [...before.filter((item) => !own.some((mine) => mine.type === item.type)), ...next];
}

function containerStatus(pod: KubeObject, container: Body, containers: ContainerState): Body {
  const running = containers.state === 'running';
  const id = containerId(pod, container, containers);
  const restarts = containers.state === 'creating' ? 0 : containers.restarts;
  const last = containers.state === 'ended' || containers.state === 'creating' ? undefined : containers.last;
  return {
    ...(id ? { containerID: id } : {}),
    image: imageName(container.image),
    imageID: id ? imageId(container.image) : '',
    lastState: last ? { terminated: terminated(last, id) } : {},
    name: container.name,
    ready: running && containers.ready,
    resources: container.resources ?? {},
    restartCount: restarts,
    started: running,
    state: stateOf(pod, container, containers, id),
  };
}

function stateOf(pod: KubeObject, container: Body, containers: ContainerState, id: string | undefined): Body {
  switch (containers.state) {
    case 'creating': {
      const waitsForInit = pod.spec?.initContainers?.length > 0;
      return { waiting: { reason: waitsForInit ? 'PodInitializing' : 'ContainerCreating' } };
    }
    case 'running':
      return { running: { startedAt: timestamp(containers.startedAt) } };
    case 'ended':
      return { terminated: terminated(containers.ended, id) };
    case 'waiting to restart': {
      const pause = backOff(containers.restarts) / 1000;
      const { namespace, name, uid } = pod.metadata;
      const message = `back-off ${pause}s restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
      return { waiting: { reason: 'CrashLoopBackOff', message } };
    }
  }
}

/** Milliseconds before the next restart: 10 s, doubled each time, 300 s at most. */
export function backOff(restarts: number): number {
  return Math.min(10_000 * 2 ** restarts, 300_000);
}

function terminated(end: Ended, id: string | undefined): Body {
  return {
    ...(id ? { containerID: id } : {}),
    exitCode: end.exitCode,
    finishedAt: timestamp(end.finishedAt),
    reason: end.exitCode === 0 ? 'Completed' : 'Error',
    startedAt: timestamp(end.startedAt),
  };
}

function initStatus(pod: KubeObject, container: Body, containers: ContainerState, facts: PodFacts): Body {
  const done = containers.state !== 'creating';
  const at = timestamp(facts.now);
  const before = pod.status?.initContainerStatuses?.find((item: Body) => item.name === container.name);
  if (before?.state?.terminated) return before;
  return {
    image: imageName(container.image),
    imageID: done ? imageId(container.image) : '',
    lastState: {},
    name: container.name,
    ready: done,
    resources: container.resources ?? {},
    restartCount: 0,
    started: false,
    state: done
      ? { terminated: { exitCode: 0, finishedAt: at, reason: 'Completed', startedAt: facts.startTime } }
      : { waiting: { reason: 'PodInitializing' } },
  };
}

/** Made from the Pod, the container and the restart, so that the same container keeps its id. */
function containerId(pod: KubeObject, container: Body, containers: ContainerState): string | undefined {
  if (containers.state === 'creating') return undefined;
  const source = Buffer.from(`${pod.metadata.uid}/${container.name}/${containers.restarts}`).toString('hex');
  return `sandbox://${source.padEnd(64, '0').slice(0, 64)}`;
}

function imageName(image: string): string {
  const [first = '', ...rest] = String(image ?? '').split('/');
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const path = hasRegistry ? image : `docker.io/${rest.length > 0 ? image : `library/${image}`}`;
  return /[@:][^/]*$/.test(path) ? path : `${path}:latest`;
}

function imageId(image: string): string {
  return `sandbox://${imageName(image)}`;
}

/** Whether containers that ended with this code are started again. */
export function restarts(pod: KubeObject, exitCode: number): boolean {
  const policy = restartPolicyOf(pod);
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
