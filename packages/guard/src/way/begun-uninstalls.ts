// Step: act
import type { Clock, Hold } from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import type { HoldDesk } from '../hold/desk.ts';
import { HOLD_LIFE } from '../hold/life.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { statusOf, UNINSTALLING } from '../read/helm.ts';
import type { AskedRequest } from '../request.ts';
import type { Acts } from './act-registry.ts';
import type { LiveAct } from './live-act.ts';
import { recordIn } from './stopped-uninstalls.ts';

/**
 * So long a program that does other things too may wait for a hook before its next write is a step of the same uninstall
 * no more: a little longer than helm waits unless told otherwise. Milliseconds.
 */
const HOOK_TAKES = 6 * 60_000;

/** One `helm uninstall` does nothing else, whatever its hooks take; so long its yes is remembered. Milliseconds. */
const UNINSTALL_TAKES = 24 * 3_600_000;

/** Where the yes to an uninstall is found again. */
export interface Yeses {
  desk: Pick<HoldDesk, 'get' | 'prolong'>;
  clock: Pick<Clock, 'now'>;
}

/** How long after a write of its record an uninstall may go on by its yes. The yes can be taken back just as long. */
function mayGoOn({ oneUninstall }: LiveAct): number {
  return oneUninstall ? UNINSTALL_TAKES : HOOK_TAKES;
}

/**
 * Remembers that a yes let an uninstall go. Its deletes come after its hooks: as long as those run, the yes for them
 * stays good. For another write than that nothing.
 * @param code of the yes
 */
export function begunByYes(
  deps: Yeses & { policy(): GuardPolicy },
  live: LiveAct,
  { effect }: Judged,
  code: string | undefined,
): void {
  const hold =
    code === undefined ? undefined : (deps.desk.get(code) ?? live.begun?.get(recordIn(effect))?.hold);
  if (!kindOf(effect).begins || hold === undefined) return;
  live.begun ??= new Map();
  live.begun.set(recordIn(effect), { hold, at: deps.clock.now() });
  // One `helm uninstall` does nothing else, and its process alone may use it.
  deps.desk.prolong(hold, live.oneUninstall ? HOLD_LIFE : deps.policy().passMs, mayGoOn(live));
}

/**
 * The yes that covers a later write of an uninstall's record: of the same program to the same record, and only while that
 * still says what the first one wrote. Whoever has written it to something else since has begun anew.
 */
export function coveringYes(
  deps: Yeses & { acts: Pick<Acts, 'ofProgram'> },
  request: AskedRequest,
  { effect, objects }: Judged,
  key: string,
): { live: LiveAct; hold: Hold } | undefined {
  if (!kindOf(effect).begins || statusOf(objects[0]) !== UNINSTALLING) return undefined;
  for (const live of deps.acts.ofProgram(request, ({ begun }) => (begun?.size ?? 0) > 0)) {
    const begun = live.begun?.get(recordIn(effect));
    // The key says who sends it, and as whom.
    if (begun === undefined || begun.hold.requestKey !== key) continue;
    if (deps.clock.now() - begun.at > mayGoOn(live)) continue;
    const hold = deps.desk.get(begun.hold.code) ?? begun.hold;
    if (hold.state !== 'void') return { live, hold };
  }
  return undefined;
}
