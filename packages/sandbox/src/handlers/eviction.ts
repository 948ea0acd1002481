import type { DeleteOptions, KubeObject } from '@toolcrib/kube';
import { effectiveDeleteOptions, selectorMatches } from '@toolcrib/kube';
import { badRequest, plainError, tooManyRequests } from '../apimachinery/api-error.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { ResourceRequest } from '../request/context.ts';
import { dryRunParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { readBody } from './read-body.ts';

const BUDGETS = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };
const EVICTED: Reply = {
  status: 201,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
};

/** POST of an Eviction (policy/v1 or v1beta1): deletes the Pod if its disruption budget allows it. */
export async function evictPod(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, namespace, name = '', query } = request;
  const { store } = sandbox;
  const eviction = await readBody(request);
  const { name: asked } = (eviction.metadata ?? {}) as { name?: string };
  if (asked !== undefined && asked !== '' && asked !== name) {
    throw badRequest(`name in URL does not match name in Eviction object`);
  }
  const options: DeleteOptions = eviction.deleteOptions
    ? effectiveDeleteOptions(eviction.deleteOptions as Record<string, unknown>, new URLSearchParams())
    : {};
  if (dryRunParam(query)) options.dryRun = ['All'];
  const pod = store.get(info, namespace, name);
  const budgets = ignoresBudgets(pod)
    ? []
    : store
        .peek(BUDGETS, { namespace })
        .filter((budget) => selectorMatches(budget.spec?.selector, pod.metadata.labels));
  if (budgets.length > 1) {
    throw plainError(
      500,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const budget = budgets[0];
  if (budget && !(isUnhealthy(pod) && mayGoUnhealthy(budget))) {
    takeDisruption(request, budget, name, options.dryRun !== undefined);
  }
  store.delete(info, namespace, name, options);
  return EVICTED;
}

/** Pods that serve nobody, or go already, need no budget. */
function ignoresBudgets(pod: KubeObject): boolean {
  return (
    ['Pending', 'Succeeded', 'Failed'].includes(pod.status?.phase) ||
    pod.metadata.deletionTimestamp !== undefined
  );
}

function isUnhealthy(pod: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  return !conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function mayGoUnhealthy(budget: KubeObject): boolean {
  const { currentHealthy, desiredHealthy } = budget.status;
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function takeDisruption(request: ResourceRequest, budget: KubeObject, pod: string, dryRun: boolean): void {
  const { status, metadata } = budget;
  const { observedGeneration = 0, disruptionsAllowed, desiredHealthy, currentHealthy } = status;
  if (observedGeneration < Number(metadata.generation)) {
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 10, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${metadata.name} is still being processed by the server.`,
      },
    ]);
  }
  if (!(disruptionsAllowed > 0)) {
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
      },
    ]);
  }
  if (dryRun) return;
  const { store, clock } = request.sandbox;
  store.modify(
    BUDGETS,
    metadata.namespace,
    metadata.name,
    (object) => {
      object.status.disruptionsAllowed = disruptionsAllowed - 1;
      object.status.disruptedPods = { ...object.status.disruptedPods, [pod]: timestamp(clock.now()) };
    },
    { subresource: 'status' },
  );
}
