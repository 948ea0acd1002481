import type { DeleteOptions, KubeObject } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import type { Before } from './before.ts';
import { isLeftOut, type Standing } from './compare.ts';
import type { World } from './world.ts';

/** Does the world's act. @returns how many requests were accepted */
export async function perform(at: Before, name: string, { act }: World, before: Standing): Promise<number> {
  const able = before.filter(
    (one) =>
      one.metadata.deletionTimestamp === undefined &&
      !isLeftOut(one) &&
      !['Namespace', 'PersistentVolume', 'ServiceAccount'].includes(one.kind),
  );
  const pathOf = (object: KubeObject) => {
    const { group, version } = groupVersionOf(object.apiVersion);
    const info = at.kinds.find((one) => one.group === group && one.kind === object.kind);
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    return `${base}/namespaces/${name}/${info?.resource}`;
  };
  const options = (propagationPolicy: DeleteOptions['propagationPolicy']) => ({
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy,
  });
  const sent: number[] = [];
  switch (act.do) {
    case 'namespace':
      sent.push(await at.send('DELETE', `/api/v1/namespaces/${name}`, options('Background')));
      break;
    case 'delete': {
      const targets = new Set(act.at.flatMap((pick) => able[pick % Math.max(1, able.length)] ?? []));
      for (const one of targets)
        sent.push(await at.send('DELETE', `${pathOf(one)}/${one.metadata.name}`, options(act.policy)));
      break;
    }
    case 'collection': {
      const one = able[act.at % Math.max(1, able.length)];
      if (one) sent.push(await at.send('DELETE', pathOf(one), options('Background')));
      break;
    }
    case 'scale': {
      const workloads = able.filter(
        ({ kind, spec }) =>
          ['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind) && spec?.replicas > act.to,
      );
      const one = workloads[act.at % Math.max(1, workloads.length)];
      if (one)
        sent.push(
          await at.send('PATCH', `${pathOf(one)}/${one.metadata.name}/scale`, { spec: { replicas: act.to } }),
        );
      break;
    }
  }
  return sent.filter((status) => status < 300).length;
}
