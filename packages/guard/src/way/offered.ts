// Step: many of one act
import type { Journal, RequestRecord, Snapshot } from '@toolcrib/model';
import { deleteIn, kindOf } from '../effects/index.ts';
import type { Pass, PassesGiven } from '../port/passes.ts';
import type { LeaseEnd } from '../request.ts';
import type { Log } from './log.ts';
import { REMEMBERED } from './seen.ts';
import type { Step } from './step.ts';

/** A request that has not come yet: judged, and kept. */
export interface JudgedAhead {
  step: Step;
  snapshot: Snapshot;
  record: RequestRecord;
  /** The rules' file as it stood before it was judged. */
  rules: string;
}

/** Where what was judged for nothing is taken out again. */
export interface Forgetting {
  journal: Pick<Journal, 'together'>;
  log: Log;
}

/**
 * The passes for these: each goes out only while its object is in every byte what was kept.
 * @param lease by which they were kept
 */
export function offered(
  { request, seen, live }: Step,
  ahead: readonly JudgedAhead[],
  lease: LeaseEnd,
  warningsFor: (step: Step) => string[],
): PassesGiven {
  const { id: first, path: _path, content: _content, ...like } = request;
  const passes = ahead.flatMap(({ step }): Pass[] => {
    const effect = deleteIn(step.subject.effect);
    const [target] = step.subject.objects;
    const { resourceVersion } = target?.metadata ?? {};
    if (!effect || !target || resourceVersion === undefined) return [];
    const { path, query, id } = step.request;
    const options = { ...effect.options, preconditions: { resourceVersion } };
    const sent = kindOf(effect).pinned({ ...effect, options }, step.request, target);
    const warnings = warningsFor(step);
    return [{ id, path, instruction: { do: 'forward', path, query, ...sent, lease, warnings } }];
  });
  return {
    actId: live.act.id,
    first,
    like,
    rules: ahead[0]?.rules ?? '',
    until: seen.radius.seenAt + REMEMBERED,
    passes,
  };
}

/** What was judged and kept for nothing: it has never been with the door. */
export async function forget({ journal, log }: Forgetting, ahead: readonly JudgedAhead[]): Promise<void> {
  if (ahead.length === 0) return;
  await journal
    .together({ forget: ahead.map(({ record }) => record.id) })
    .catch((error: unknown) => log('what was judged ahead could not be forgotten', { why: String(error) }));
}
