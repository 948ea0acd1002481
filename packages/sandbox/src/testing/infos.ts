import type { ResourceInfo } from '@toolcrib/kube';
import { BUILT_IN, storedInfos } from '../schema/resources.ts';

const INFOS = storedInfos(BUILT_IN);

/** What discovery says of a built-in type. @param key `group/resource`, e.g. `/pods` or `apps/deployments` */
export function infoOf(key: string): ResourceInfo {
  const info = INFOS.find(({ group, resource }) => `${group}/${resource}` === key);
  if (!info) throw new Error(`there is no built-in type ${key}`);
  return info;
}
