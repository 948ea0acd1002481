import type { KubeObject } from '@toolcrib/kube';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { CONFIG_MAPS, NAMESPACES, SERVICE_ACCOUNTS } from './common/types.ts';
import { keyOf, keyOfObject } from './common/view.ts';

const ROOT_CA = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export interface NamespaceContentOptions extends ControllerOptions {
  /** The PEM that each namespace's `kube-root-ca.crt` holds. */
  rootCa?: string;
}

/** Gives every namespace its `default` ServiceAccount and the cluster's CA, and puts them back when deleted. */
export function namespaceContentController(options: NamespaceContentOptions = {}) {
  const namespaceOf = ({ object }: { object: KubeObject }) => [
    keyOf(undefined, String(object.metadata.namespace)),
  ];
  return controlLoop({
    ...options,
    name: 'serviceaccount-controller',
    watch: [
      { type: NAMESPACES, keys: (change) => [keyOfObject(change.object)] },
      {
        type: SERVICE_ACCOUNTS,
        keys: (change) => (change.object.metadata.name === 'default' ? namespaceOf(change) : []),
      },
      {
        type: CONFIG_MAPS,
        keys: (change) => (change.object.metadata.name === ROOT_CA ? namespaceOf(change) : []),
      },
    ],
    sync({ name }, tools) {
      const namespace = tools.view.get(NAMESPACES, undefined, name);
      if (!namespace || namespace.metadata.deletionTimestamp) return;
      if (!tools.view.get(SERVICE_ACCOUNTS, name, 'default')) {
        tools.store.create(SERVICE_ACCOUNTS, {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace: name },
        });
      }
      publishRootCa(tools, name, options.rootCa ?? '');
    },
  });
}

function publishRootCa(tools: Tools, namespace: string, rootCa: string): void {
  const there = tools.view.get(CONFIG_MAPS, namespace, ROOT_CA);
  const annotations = { 'kubernetes.io/description': DESCRIPTION };
  const data = { 'ca.crt': rootCa };
  if (!there) {
    tools.store.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: ROOT_CA, namespace, annotations },
      data,
    });
  } else if (there.data?.['ca.crt'] !== rootCa) {
    tools.store.modify(CONFIG_MAPS, namespace, ROOT_CA, (fresh) => {
      fresh.data = data;
    });
  }
}
