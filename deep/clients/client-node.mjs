// What a program on Kubernetes' JavaScript client does: lists Pods, creates a ConfigMap, deletes it.
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const [namespace] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const api = config.makeApiClient(CoreV1Api);
await api.listNamespacedPod({ namespace });
await api.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'made-here' } } });
await api.deleteNamespacedConfigMap({ namespace, name: 'made-here' });
