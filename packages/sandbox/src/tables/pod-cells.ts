import type { Body, KubeObject } from '@toolcrib/kube';
import type { Cells } from './column.ts';
import { age, NONE } from './column.ts';

/** The row of a Pod: readiness, the reason that stands for its state, restarts (source: printers printPod). */
export const podCells: Cells = (pod, now) => {
  const { spec = {}, status = {}, metadata } = pod;
  const state = stateOf(pod);
  const restarts =
    state.restarts !== 0 && state.lastRestart
      ? `${state.restarts} (${age(state.lastRestart, now)} ago)`
      : String(state.restarts);
  return [
    metadata.name,
    `${state.ready}/${state.total}`,
    state.reason,
    restarts,
    age(metadata.creationTimestamp, now),
    status.podIPs?.[0]?.ip || NONE,
    spec.nodeName || NONE,
    status.nominatedNodeName || NONE,
    readinessGates(pod),
  ];
};

interface PodState {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  lastRestart?: string;
}

function isSidecar(pod: KubeObject, name: string): boolean {
  return (pod.spec?.initContainers ?? []).some(
    (container: Body) => container.name === name && container.restartPolicy === 'Always',
  );
}

function stateOf(pod: KubeObject): PodState {
  const { spec = {}, status = {}, metadata } = pod;
  const conditions: Body[] = status.conditions ?? [];
  const isTrue = (type: string) => conditions.some((item) => item.type === type && item.status === 'True');
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }: Body) => restartPolicy === 'Always',
  );
  const state: PodState = {
    ready: 0,
    total: (spec.containers ?? []).length + sidecars.length,
    reason: status.reason || status.phase || '',
    restarts: 0,
  };
  if (conditions.some((item) => item.type === 'PodScheduled' && item.reason === 'SchedulingGated')) {
    state.reason = 'SchedulingGated';
  }
  const initializing = readInitContainers(pod, state);
  if (!initializing || isTrue('Initialized')) readContainers(pod, state, isTrue('Ready'));
  if (metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') state.reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') state.reason = 'Terminating';
  }
  return state;
}

function countRestart(state: PodState, container: Body): void {
  state.restarts += container.restartCount ?? 0;
  const finished = container.lastState?.terminated?.finishedAt;
  if (finished && (!state.lastRestart || state.lastRestart < finished)) state.lastRestart = finished;
}

/** True while an init container keeps the others waiting. */
function readInitContainers(pod: KubeObject, state: PodState): boolean {
  const statuses: Body[] = pod.status?.initContainerStatuses ?? [];
  for (const [at, container] of statuses.entries()) {
    countRestart(state, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar(pod, container.name) && container.started) {
      if (container.ready) state.ready++;
      continue;
    }
    if (terminated) state.reason = `Init:${terminated.reason || exitReason(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') state.reason = `Init:${waiting.reason}`;
    else state.reason = `Init:${at}/${pod.spec.initContainers.length}`;
    return true;
  }
  return false;
}

function exitReason({ signal, exitCode = 0 }: Body): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function readContainers(pod: KubeObject, state: PodState, isReady: boolean): void {
  state.restarts = 0;
  state.lastRestart = undefined;
  for (const container of pod.status?.initContainerStatuses ?? []) {
    if (isSidecar(pod, container.name)) countRestart(state, container);
  }
  let running = false;
  let failure = '';
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestart(state, container);
    const { waiting, terminated, running: isRunning } = container.state ?? {};
    if (waiting?.reason) state.reason = waiting.reason;
    else if (terminated) {
      state.reason = terminated.reason || exitReason(terminated);
      if (terminated.exitCode) failure = state.reason;
    } else if (container.ready && isRunning) {
      running = true;
      state.ready++;
    }
  }
  if (state.reason !== 'Completed') return;
  if (running && isReady) state.reason = 'Running';
  else if (failure) state.reason = failure;
  else if (running) state.reason = 'NotReady';
}

function readinessGates(pod: KubeObject): string {
  const gates: Body[] = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const conditions: Body[] = pod.status?.conditions ?? [];
  const met = gates.filter((gate) =>
    conditions.some(({ type, status }) => type === gate.conditionType && status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}
