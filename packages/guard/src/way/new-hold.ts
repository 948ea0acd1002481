// Step: hold
import type { Clock, Envelope, Hold, Ids } from '@toolcrib/model';
import { claimOf } from '../act/claim.ts';
import { callerOf, commandOf } from '../act/group.ts';
import { beginsUninstall, kindOf } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import { SEVERAL } from '../hold/envelope.ts';
import { HOLD_LIFE } from '../hold/life.ts';
import { fingerprint, notInTheNet } from '../radius/index.ts';
import { likenessOf } from './request-key.ts';
import type { Step } from './step.ts';

/** By what a new hold gets its code and its time. */
export interface Holding {
  clock: Pick<Clock, 'now'>;
  ids: Pick<Ids, 'code'>;
}

/** A new hold for a request, with an envelope where its act goes through several like objects. */
export function holdFor(deps: Holding, step: Step, before: string[] = []): Hold {
  const { request, as, subject, seen, live, decision, key } = step;
  const now = deps.clock.now();
  // What was not seen can't be kept: it goes without a net for that, or not at all.
  const unseen = notInTheNet(seen.radius).some(({ unlikely }) => !unlikely);
  return {
    code: deps.ids.code(),
    actId: live.act.id,
    requestId: request.id,
    context: request.context,
    createdAt: now,
    expiresAt: now + HOLD_LIFE,
    waiting: false,
    effect: subject.effect,
    radius: seen.radius,
    decision,
    fingerprint: fingerprint(seen.radius),
    envelope: envelopeOf(step, now + HOLD_LIFE),
    state: 'open',
    person: request.person,
    // Of this very request: another program may be part of the act.
    caller: callerOf(request),
    ...(as === undefined ? {} : { as }),
    requestKey: key,
    ...(unseen ? { needsName: nameOf(subject), net: 'partial' } : {}),
    ...(seen.needed === undefined ? {} : { needed: seen.needed }),
    ...(before.length === 0 ? {} : { before }),
    ...untoldOf(step),
  };
}

/** helm upgrades, rolls back and installs step by step, and says nothing of the next one. */
function untoldOf({ live, subject, request }: Step): Pick<Hold, 'untold'> {
  if (live.untold !== undefined) return { untold: live.untold };
  const begins = live.oneUninstall || beginsUninstall(subject.effect) || (live.begun?.size ?? 0) > 0;
  if (begins || claimOf(request.headers['user-agent']).name !== 'Helm') return {};
  return { untold: 'of an upgrade or a rollback helm tells nothing ahead' };
}

/** What a person types to let something go without a net. */
export function nameOf({ effect }: Pick<Judged, 'effect'>): string {
  return effect.target?.name ?? effect.target?.resource ?? 'it';
}

function envelopeOf({ request, sender, subject, seen, live }: Step, expiresAt: number): Envelope | undefined {
  const { targets } = seen.radius;
  const own = subject.objects[0]?.metadata;
  const [first] = targets;
  if (!first || !own?.uid || subject.kind !== 'destructive') return undefined;
  const { begins, likeness } = kindOf(subject.effect);
  const whole = begins !== undefined;
  if (!likeness) return undefined;
  const one = request.headers['kubectl-session'] !== undefined || live.oneDelete;
  if (!whole && (!one || targets.length < 2)) return undefined;
  const kinds = new Set(targets.map(({ kind, namespace }) => JSON.stringify([kind, namespace])));
  return {
    session: commandOf(live.act),
    verb: begins?.goesOnAs ?? subject.effect.verb,
    ...(kinds.size > 1 ? { kind: SEVERAL } : { kind: first.kind, namespace: first.namespace }),
    likeness: likenessOf({ sender }, subject.effect),
    uids: targets.flatMap((target) => target.uid ?? []),
    // A request that only begins a command says what is to come: its record goes by a delete of its own.
    used: whole ? [] : [own.uid],
    expiresAt,
  };
}
