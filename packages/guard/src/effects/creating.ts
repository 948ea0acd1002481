import { refOf } from '@toolcrib/kube';
import { adopting } from '../look/adopting.ts';
import { answer, failure } from '../status.ts';
import type { LookAt } from './effect-kind.ts';
import { type Subject, understoodAsDelete } from './subject.ts';

/**
 * Of what is not there yet: it destroys something only by what it takes over.
 * @throws ToolcribError where the cluster can't be asked
 */
export async function creating({ request, cluster, as }: LookAt): Promise<Subject> {
  const found = await adopting(request, cluster, as);
  switch (found?.is) {
    case undefined:
      return { kind: 'harmless' };
    case 'harmless':
      return { kind: 'harmless', ...(found.warning === undefined ? {} : { warning: found.warning }) };
    case 'answered':
      return { kind: 'answered', answer: found.answer };
    case 'no-create': {
      const why = 'toolcrib: it was created by somebody else while this was looked at.';
      return { kind: 'answered', answer: answer(failure(409, `${why} Nothing was sent: send it again.`)) };
    }
    case 'not-understood': {
      const { target, why } = found;
      const unseen = [{ kind: 'Pod', why }];
      return { ...understoodAsDelete({ verb: 'not-understood', target, why }, []), unseen };
    }
    case 'scale': {
      const { target, created, replicas, was, adopts, bare } = found;
      const effect = { verb: 'scale' as const, target, replicas, was, dryRun: false, adopts };
      const type = { group: target.group, resource: target.resource };
      const does = { does: 'scale' as const, replicas, creates: created };
      const aims = [{ ref: refOf(created), type, effect: does }];
      return { kind: 'destructive', effect, objects: [created], aims, also: bare };
    }
  }
}
