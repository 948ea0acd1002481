import type { Act, Caller, ClientProcess, Effect } from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import type { AskedRequest } from '../request.ts';
import { claimOf } from './claim.ts';

/** Requests of one program without a session belong together while no longer pause lies between them. Milliseconds. */
export const ACT_PAUSE = 30_000;

/** @param client the process at the other end, where this machine can tell */
export function callerOf(request: AskedRequest, client?: ClientProcess): Caller {
  return {
    person: request.person,
    token: request.tokenId,
    claim: claimOf(request.headers['user-agent']),
    session: request.headers['kubectl-session'],
    command: request.headers['kubectl-command'],
    tool: request.tool,
    agent: request.agent,
    ...(client === undefined ? {} : { process: client.id }),
  };
}

/**
 * Whether a request belongs to an act: the same kubectl session, or else the same token, User-Agent and process without
 * a longer pause. Three helm commands within a second are three processes, and so three acts; where no machine tells the
 * process, only the pause does.
 * @param oneCommand its process is one command: older helm sends its record and its deletes under two User-Agents
 */
export function belongsTo(
  act: Act,
  context: string,
  caller: Caller,
  now: number,
  oneCommand = false,
): boolean {
  if (act.context !== context || act.caller.token !== caller.token || act.caller.person !== caller.person)
    return false;
  if (caller.session !== undefined || act.caller.session !== undefined)
    return act.caller.session === caller.session;
  const { process } = act.caller;
  const told = process !== undefined && caller.process !== undefined;
  if (told && process !== caller.process) return false;
  const same = (told && oneCommand) || act.caller.claim.userAgent === caller.claim.userAgent;
  return same && now - act.lastAt <= ACT_PAUSE;
}

/**
 * Whether a request comes from an act's own program, started again or still the same process: what a person types again
 * after a yes. Another program that sends the same is another act, and so is a second process while the first one lives.
 * @param lives whether a process still runs, where this machine can tell
 */
export function isRerun(
  { context, caller: first }: Act,
  now: string,
  caller: Caller,
  lives: (process: string) => boolean = () => false,
): boolean {
  if (context !== now || first.person !== caller.person) return false;
  // Each run has a token of its own: there the program's digest tells that it is the same once more.
  const runs = first.tool !== undefined && caller.tool !== undefined;
  if (!runs && first.token !== caller.token) return false;
  if (first.claim.userAgent !== caller.claim.userAgent || first.tool?.sha256 !== caller.tool?.sha256)
    return false;
  if (first.agent !== caller.agent || (first.session === undefined) !== (caller.session === undefined))
    return false;
  if (first.process === undefined || first.process === caller.process) return true;
  return !lives(first.process);
}

/**
 * The command that a request is part of, so that one yes can go for several requests of it: the kubectl session, or the
 * process; where no machine tells that, the program by its own name.
 */
export function commandOf({ caller }: Act): string {
  return caller.session ?? caller.process ?? `${caller.token} ${caller.claim.userAgent}`;
}

/** What people read in the log for an act's first request. */
export function titleOf(effect: Effect): string {
  return kindOf(effect).title(effect);
}
