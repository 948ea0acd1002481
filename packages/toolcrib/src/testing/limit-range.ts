import { paths, put, seen } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import type { Stage } from './stage.ts';

/** Of what stands there. */
export const uidAt = async (stage: Stage, path: string) => (await seen(stage.target, path))?.metadata.uid;

/** A LimitRange: a kind with which nothing else happens, and whose deletes the audit log of a real cluster shows whole. */
export async function thing(stage: Stage, namespace: string, name: string, labels = {}): Promise<KubeObject> {
  return put(stage.target, paths.core(namespace, 'limitranges'), {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name, labels, annotations: { is: name } },
    spec: { limits: [{ type: 'Container', max: { cpu: '64' } }] },
  });
}
