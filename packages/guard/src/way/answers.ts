// Step: hold
import type { Status } from '@toolcrib/kube';
import { type Hold, type Net, netOf, shellWord } from '@toolcrib/model';
import { titleOf } from '../act/group.ts';
import { beginsUninstall, unreadWhy } from '../effects/index.ts';
import { STOOD_STILL } from '../lease/leased-cluster.ts';
import type { Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import { beforeText } from './before.ts';

const SOFTER = {
  'orphan-first': 'the Pods keep running; can be undone',
  'retain-first': 'the data is kept: its volumes are set to Retain first',
};

/** The note of a request whose client was answered before anybody answered the hold: that is told of it as it stood then. */
export const UNANSWERED = 'held; nobody has said yes yet';
/** The same of one whose client did not wait for an answer. */
export const CLIENT_WENT = 'the client went while it was held';

/**
 * The text that a person reads when something is held: what, why, and what to type. In all that a client is told a command
 * begins a line, or a warning, of its own: no terminal of 80 columns breaks it there.
 */
export function heldText(hold: Hold, summary: string, passSeconds: number): string {
  const { decision, code, needsName } = hold;
  const net = needsName === undefined ? '' : ` --without-net ${shellWord(needsName)}`;
  const softer = decision.softening?.possible
    ? `\n  softened:  toolcrib approve ${code} --softened${net}   (${SOFTER[decision.softening.how]})`
    : '';
  const before = beforeText(hold.before, hold.actId);
  // The code first: k9s shows one line, with words of its own before it, and cuts it off at the terminal's width.
  return [
    `${code} HELD by toolcrib: ${decision.reason} (rule ${decision.rule}).`,
    `It ${summary}.`,
    ...(before === '' ? [] : [before]),
    ...(hold.untold === undefined ? [] : [untoldText(hold.untold)]),
    ...netText(netOf(hold)),
    `  look:      toolcrib held ${code}${softer}`,
    `  as sent:   toolcrib approve ${code} --as-sent${net}`,
    `Then send the same request again within ${passSeconds} seconds.`,
  ].join('\n');
}

/** @param why from the hold */
export function untoldText(why: string): string {
  return `What else its command takes is asked for by itself: ${why}.`;
}

function netText(net: Net | undefined): string[] {
  if (net === undefined) return [];
  return net === 'partial'
    ? ["Not everything was seen, and what was not can't be kept: its name has to be typed."]
    : ['It could not be kept, so there would be no undo: its name has to be typed.'];
}

export function heldAnswer(
  hold: Hold,
  summary: string,
  passSeconds: number,
  warnings: string[] = [],
): Instruction {
  return answer(
    failure(403, heldText(hold, summary, passSeconds), {
      causes: [{ reason: 'ToolcribHeld', message: hold.code, field: 'approval' }],
    }),
    warnings,
  );
}

/**
 * helm keeps the server's message to itself ("failed to delete release: web") and prints only warnings: so it is told by
 * one as well, in one line, for the first of its requests.
 */
export function heldWarning({ code, effect, decision, actId, before = [] }: Hold): string[] {
  if (!beginsUninstall(effect)) return [];
  // A hook that an earlier uninstall has left is deleted before anything tells that this is one.
  const gone =
    before.length === 0 ? 'Nothing was deleted.' : `Before that it has done: ${before.join(', ')}.`;
  const unread = unreadWhy(effect) !== undefined ? ' A hook that is no Job and no Pod may have run.' : '';
  return [
    `${code} HELD by toolcrib: ${titleOf(effect)}: ${decision.reason} (rule ${decision.rule}). ${gone}${unread}`,
    ...(before.length === 0 ? [] : [`toolcrib undo ${actId}   takes that back`]),
    `toolcrib held ${code}   shows all that would go`,
    `toolcrib approve ${code} --as-sent   lets it go; then uninstall it again (${actId})`,
  ];
}

/**
 * @param before what the act had taken until then, in sentences; '' for nothing
 * @param code of the hold that this is the end of
 */
export function deniedAnswer(why: string, before = '', code?: string): Instruction {
  const sent = before === '' ? 'Nothing was sent to the cluster.' : `Nothing more was sent. ${before}`;
  const what = code === undefined ? 'toolcrib refused this' : `${code} REFUSED by toolcrib`;
  return answer(failure(403, `${what}: ${why}. ${sent}`));
}

/** Codes live as long as the guard: the one that was told to approve is worth nothing by now. */
export function stoppedAnswer(): Instruction {
  const next =
    'Start it, and send the same request again: it is held anew, under another code.\n  toolcrib guard start';
  return answer(
    failure(503, `toolcrib: the guard was stopped while this was held. Nothing was sent. ${next}`),
  );
}

/** Its lease has ended while it was judged. */
export function stoodStillAnswer(): Instruction {
  return answer(failure(503, `toolcrib: ${STOOD_STILL}. Send it again.`));
}

/** Law 1: what can't be kept is not sent. */
export function notKeptAnswer(code: string, name: string, why: string, needed?: string): Instruction {
  return answer(
    failure(
      403,
      [
        `${code} HELD by toolcrib: it was not sent, what it would destroy could not be kept (${why}).`,
        ...(needed === undefined ? [] : [`And ${needed}.`]),
        'To let it go without a net, and then send the same request again:',
        `  toolcrib approve ${code} --as-sent --without-net ${shellWord(name)}`,
      ].join('\n'),
      { causes: [{ reason: 'ToolcribNotKept', message: code, field: 'approval' }] },
    ),
  );
}

/** The Success Status that the API server gives when an object is gone at once. */
export function goneStatus(
  target: { group: string; resource: string; name?: string },
  uid: string | undefined,
): Status {
  const { name, group, resource } = target;
  const details = { name, ...(group ? { group } : {}), kind: resource, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details, code: 200 };
}
