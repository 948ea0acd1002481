import type { GroupVersionResources } from '../schema/resources.ts';
import type { Reply } from '../server/reply.ts';

export function openApiV2Reply(
  _accept: string | undefined,
  _groups: GroupVersionResources[],
): Reply | undefined {
  return undefined;
}
