import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { REPLICA_SETS } from '../common/types.ts';
import type { TestCluster } from './cluster.ts';

/** The ReplicaSets of the tests' namespace. */
export const sets = (cluster: TestCluster) => cluster.store.list(REPLICA_SETS, { namespace: 'shop' });

export const R = 'deployment.kubernetes.io/revision';

export const NO_DEADLINE = { progressDeadlineSeconds: 2147483647 };
/** The condition that tells progress, in short. */
export const progressing = (object: KubeObject) => {
  const { status, reason, message } = conditionOf(object.status, 'Progressing') ?? {};
  return status && [status, reason, message];
};
