import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { claimObjects } from '../common/adoption.ts';
import { conditionOf } from '../common/conditions.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { isEmptySelector, ownersToWake, recognisesItsOwn, selects } from '../common/owner.ts';
import { isTerminating, ownAndOrphaned } from '../common/pods.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../common/types.ts';
import { clone } from '../common/values.ts';
import { keyOf, keyOfObject } from '../common/view.ts';
import { newestReplicaSet } from './newest.ts';
import { isRollingUpdate } from './numbers.ts';
import { recreate, rollOver, withoutNewest } from './rollout.ts';
import { isScaling, scaleOnly } from './scale.ts';
import { syncStatus } from './status.ts';
import { hasDeadline, progress, type Work, writeDeployment } from './work.ts';

/** Rolls each Deployment's template out through ReplicaSets (source: pkg/controller/deployment). */
export function deploymentController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'deployment-controller',
    watch: [
      { type: DEPLOYMENTS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: REPLICA_SETS,
        keys: (change, { view }) => ownersToWake(view, change, { type: DEPLOYMENTS, kind: 'Deployment' }),
      },
      // A Recreate rollout waits for the last old Pod to go.
      {
        type: PODS,
        keys: (change, tools) => (change.type === 'DELETED' ? ownerOfPod(change.object, tools) : []),
      },
    ],
    sync({ namespace, name, key }, tools) {
      const deployment = tools.view.get(DEPLOYMENTS, namespace, name);
      if (deployment) syncDeployment({ deployment: clone(deployment), key, tools });
    },
  });
}

function ownerOfPod(pod: KubeObject, { view }: Tools): string[] {
  const set = controllerOf(pod);
  const owner = set && view.get(REPLICA_SETS, pod.metadata.namespace, set.name);
  const deployment = owner && controllerOf(owner);
  return deployment?.kind === 'Deployment' ? [keyOf(pod.metadata.namespace, deployment.name)] : [];
}

function syncDeployment(work: Work): void {
  const { deployment, tools } = work;
  if (isEmptySelector(deployment.spec?.selector)) {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    tools.record(deployment, 'Warning', 'SelectingAll', message);
    return;
  }
  if (!recognisesItsOwn(deployment)) return;
  const sets = claimObjects(tools.store, ownAndOrphaned(tools, REPLICA_SETS, deployment), {
    owner: deployment,
    ownerType: DEPLOYMENTS,
    type: REPLICA_SETS,
    matches: (set) => selects(deployment, set),
  });
  if (isTerminating(deployment)) {
    const newest = newestReplicaSet(work, sets, false);
    syncStatus(work, newest, withoutNewest(sets, newest));
    return;
  }
  notePause(work);
  if (deployment.spec?.paused || isScaling(work, sets)) {
    scaleOnly(work, sets);
    return;
  }
  if (isRollingUpdate(deployment)) rollOver(work, sets);
  else recreate(work, sets);
}

/** Paused time must not count as lack of progress, so pausing and resuming leave a mark. */
function notePause(work: Work): void {
  const { deployment } = work;
  if (!hasDeadline(deployment)) return;
  const reason = conditionOf(deployment.status, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded') return;
  const paused = deployment.spec?.paused === true;
  if (paused === (reason === 'DeploymentPaused')) return;
  if (paused) progress(work, 'Unknown', 'DeploymentPaused', 'Deployment is paused');
  else progress(work, 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  writeDeployment(work);
}
