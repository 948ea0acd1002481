import type { SandboxOptions } from '@toolcrib/sandbox';
import { startSandbox, systemClock } from '@toolcrib/sandbox';
import { targetOf } from './kubeconfig-target.ts';
import { restingClock } from './resting-clock.ts';
import type { ClusterTarget } from './target.ts';

/** The in-process sandbox as a target of contract tests. */
export async function openSandbox(options: SandboxOptions = {}): Promise<ClusterTarget> {
  const { clock, rest } = restingClock(options.clock ?? systemClock);
  const sandbox = await startSandbox({ podStartMs: 20, nodes: 2, ...options, clock });
  const target = await targetOf({
    name: 'sandbox',
    admin: sandbox.kubeconfig(),
    person: (name) => sandbox.kubeconfig({ name }),
    aWhile: rest,
    close: () => sandbox.close(),
  });
  await everybodyMayAsk(target);
  return target;
}

/** What a real cluster lets every authenticated person do (system:discovery, system:basic-user). */
async function everybodyMayAsk(target: ClusterTarget): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const name = 'toolcrib-test-everybody';
  await target.https('POST', `/apis/${apiVersion}/clusterroles`, {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name },
    rules: [
      {
        nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version'],
        verbs: ['get'],
      },
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
    ],
  });
  await target.https('POST', `/apis/${apiVersion}/clusterrolebindings`, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
  });
}
