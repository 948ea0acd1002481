import { listCollection } from '../look/collection.ts';
import { readTarget } from '../look/read-target.ts';
import { creating } from './creating.ts';
import type { LookAt } from './effect-kind.ts';
import { type NotUnderstood, type Subject, understoodAsDelete } from './subject.ts';

/**
 * What can't be read is taken as if it deleted what its path names, and everything below.
 * @throws ToolcribError where the cluster can't be asked
 */
export async function lookAsUnread(effect: NotUnderstood, at: LookAt): Promise<Subject> {
  const { request, cluster, as } = at;
  const { target } = effect;
  if (!target) return { ...understoodAsDelete(effect, []), blind: 'it names no object of the API' };
  if (target.name === undefined) {
    const found = await listCollection(target, cluster, as);
    if ('refused' in found) return { kind: 'answered', answer: found.refused };
    return understoodAsDelete(effect, found.objects);
  }
  const found = await readTarget(cluster, target, as);
  if ('object' in found) return understoodAsDelete(effect, [found.object]);
  if ('forbidden' in found) return { ...understoodAsDelete(effect, []), blind: found.forbidden };
  // A DELETE sent now could hit what comes in between.
  return request.method === 'DELETE' ? { kind: 'answered', answer: found.absent } : creating(at);
}
