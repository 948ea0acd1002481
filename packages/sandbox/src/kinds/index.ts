import type { KubeObject } from '@toolcrib/kube';
import { canonicalise } from '../apimachinery/canonicalise.ts';
import { definitionStrategy } from '../custom/definition-strategy.ts';
import { validateReferences } from '../store/meta-rules.ts';
import type { Strategy, StrategyOf } from '../store/strategy.ts';
import {
  bindingStrategy,
  namespaceStrategy,
  nodeStrategy,
  priorityClassStrategy,
  roleStrategy,
} from './cluster.ts';
import { configMapStrategy, secretStrategy } from './config.ts';
import { eventStrategy } from './events.ts';
import { limitRangeStrategy } from './limits.ts';
import {
  endpointSliceStrategy,
  endpointsStrategy,
  ingressClassStrategy,
  ingressStrategy,
  networkPolicyStrategy,
} from './network.ts';
import { podStrategy, podTemplateStrategy } from './pods/strategy.ts';
import { autoscalerStrategy, budgetStrategy } from './scaling.ts';
import { serviceStrategy } from './services.ts';
import {
  claimStrategy,
  driverStrategy,
  storageClassStrategy,
  storageNodeStrategy,
  volumeStrategy,
} from './storage.ts';
import {
  controllerRevisionStrategy,
  daemonSetStrategy,
  deploymentStrategy,
  replicaSetStrategy,
  statefulSetStrategy,
} from './workloads/apps.ts';
import { cronJobStrategy, jobStrategy } from './workloads/batch.ts';

const plain: Strategy = { generation: 'none' };

const strategies: Record<string, Strategy> = {
  'apiextensions.k8s.io/customresourcedefinitions': definitionStrategy,
  '/configmaps': configMapStrategy,
  '/endpoints': endpointsStrategy,
  '/events': eventStrategy,
  '/limitranges': limitRangeStrategy,
  '/namespaces': namespaceStrategy,
  '/nodes': nodeStrategy,
  '/persistentvolumeclaims': claimStrategy,
  '/persistentvolumes': volumeStrategy,
  '/pods': podStrategy,
  '/podtemplates': podTemplateStrategy,
  '/resourcequotas': plain,
  '/secrets': secretStrategy,
  '/serviceaccounts': plain,
  '/services': serviceStrategy,
  'apps/controllerrevisions': controllerRevisionStrategy,
  'apps/daemonsets': daemonSetStrategy,
  'apps/deployments': deploymentStrategy,
  'apps/replicasets': replicaSetStrategy,
  'apps/statefulsets': statefulSetStrategy,
  'autoscaling/horizontalpodautoscalers': autoscalerStrategy,
  'batch/cronjobs': cronJobStrategy,
  'batch/jobs': jobStrategy,
  'coordination.k8s.io/leases': { generation: 'none', unconditionalUpdate: false },
  'discovery.k8s.io/endpointslices': endpointSliceStrategy,
  'networking.k8s.io/ingressclasses': ingressClassStrategy,
  'networking.k8s.io/ingresses': ingressStrategy,
  'networking.k8s.io/networkpolicies': networkPolicyStrategy,
  'policy/poddisruptionbudgets': budgetStrategy,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingStrategy,
  'rbac.authorization.k8s.io/clusterroles': roleStrategy,
  'rbac.authorization.k8s.io/rolebindings': bindingStrategy,
  'rbac.authorization.k8s.io/roles': roleStrategy,
  'scheduling.k8s.io/priorityclasses': priorityClassStrategy,
  'storage.k8s.io/csidrivers': driverStrategy,
  'storage.k8s.io/csinodes': storageNodeStrategy,
  'storage.k8s.io/storageclasses': storageClassStrategy,
  'storage.k8s.io/volumeattachments': { generation: 'none', unconditionalUpdate: false },
};

const canonical = new Map<string, Strategy>();

/** The rules of a built-in kind: its own, after the object was brought into the server's own form. */
export const strategyOf: StrategyOf = (info) => {
  const key = `${info.group}/${info.resource}`;
  const known = canonical.get(key);
  if (known) return known;
  const own = strategies[key] ?? {};
  const strategy: Strategy = {
    ...own,
    setDefaults(object: KubeObject) {
      canonicalise(object);
      own.setDefaults?.(object);
    },
    validate: (object, context) => [
      ...validateReferences(object),
      ...(own.validate?.(object, context) ?? []),
    ],
  };
  canonical.set(key, strategy);
  return strategy;
};
