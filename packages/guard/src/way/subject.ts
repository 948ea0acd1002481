// Step: look
import { refOf } from '@toolcrib/kube';
import { aimOfDelete } from '../effects/deletes.ts';
import type { LookAt, ReadEffect } from '../effects/effect-kind.ts';
import { effectsOf } from '../effects/effect-of.ts';
import { kindOf, lookAtEffect } from '../effects/index.ts';
import { type Subject, understoodAsDelete } from '../effects/subject.ts';
import { together } from '../effects/together.ts';
import type { Asked } from './asking.ts';
import { type Disowned, disowned } from './disowned.ts';
import type { StandingOwners } from './standing.ts';

/**
 * Finds what a request is about: its effect, and the objects as they stand now. A GET or LIST of the cluster each;
 * for writes whose outcome only the server knows, the same write as a dry run.
 * @throws ToolcribError where the cluster can't be asked
 */
export async function subjectOf({ request, as, cluster }: Asked, owners: StandingOwners): Promise<Subject> {
  const left = await disowned(request, cluster, owners, as);
  if (left?.is === 'answered') return toTheCollector(left);
  const found: Subject[] = left ? [toTheCollector(left)] : [];
  for (const effect of effectsOf(request)) found.push(await lookAtOne(effect, { request, cluster, as }));
  return together(found);
}

async function lookAtOne(effect: ReadEffect, at: LookAt): Promise<Subject> {
  if ('dryRun' in effect && effect.dryRun && kindOf(effect).asDryRun) return { kind: 'dry-run', effect };
  return lookAtEffect(effect, at);
}

/** Its owners are gone by this write: it is deleted, or may be. */
function toTheCollector(left: Disowned): Subject {
  switch (left.is) {
    case 'answered':
      return { kind: 'answered', answer: left.answer };
    case 'deleted':
      return {
        kind: 'destructive',
        effect: left.effect,
        objects: [left.object],
        aims: [aimOfDelete(left.effect, refOf(left.object))],
      };
    case 'not-understood': {
      const { target, why, object } = left;
      return understoodAsDelete({ verb: 'not-understood', target, why }, object ? [object] : []);
    }
    case 'blind': {
      const { target, why } = left;
      return { ...understoodAsDelete({ verb: 'not-understood', target, why }, []), blind: why };
    }
  }
}
