import type { ResourceType } from '@toolcrib/kube';
import { ToolcribError } from './errors.ts';
import type { Cluster } from './ports.ts';
import type { As } from './records/words.ts';

/**
 * Whether a kind may still be served, by discovery as it is now: where a 404 says nothing of an object, its kind may have gone
 * with its definition, or somebody in between has answered. Where discovery can't tell, it may be.
 * @throws ToolcribError `credentials`
 */
export async function mayBeServed(
  cluster: Pick<Cluster, 'resources'>,
  { group, resource }: Pick<ResourceType, 'group' | 'resource'>,
  as?: As,
): Promise<boolean> {
  try {
    const { resources, failed } = await cluster.resources(as, { anew: true });
    if (failed.some((one) => one.group === group)) return true;
    return resources.some((one) => one.group === group && one.resource === resource);
  } catch (error) {
    if (!(error instanceof ToolcribError) || error.code === 'credentials') throw error;
    return true;
  }
}
