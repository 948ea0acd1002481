import { nameText } from '@toolcrib/model';
import type { Check, Finding } from './check.ts';
import { type ClusterAnswer, clusterAnswer } from './cluster-answer.ts';
import { sentence } from './sentence.ts';

/** Milliseconds apart from which certificates, tokens and windows go wrong. */
const WRONG = 60_000;
const ODD = 5_000;

/** This machine's clock against the cluster's: leases, certificates and windows go by it. */
export const clock = {
  name: 'clock',
  aside: true,
  ownWords: true,
  async look(patient) {
    const answer = await clusterAnswer(patient);
    if ('why' in answer)
      return [
        {
          state: 'unknown',
          text: sentence(`The clock could not be compared with the cluster’s: ${answer.why}`),
        },
      ];
    return [compared(answer)];
  },
} satisfies Check;

/** A Date header tells whole seconds: how far off the clock must be at least, whatever was on the way. */
export function compared({ context, date, between: [before, after] }: ClusterAnswer): Finding {
  if (date === undefined)
    return { state: 'unknown', text: `${nameText(context)} told no time to compare the clock with.` };
  const ahead = before - (date + 999);
  const behind = date - after;
  const off = Math.max(ahead, behind, 0);
  const text = `This machine’s clock is ${Math.round(off / 1000)} s ${ahead > behind ? 'ahead of' : 'behind'} ${nameText(context)}’s`;
  const next = 'Set the clock, or start what sets it: timedatectl';
  if (off >= WRONG)
    return {
      state: 'fault',
      text: `${text}: tokens and certificates may seem expired, or not yet valid.`,
      next,
    };
  if (off >= ODD) return { state: 'note', text: `${text}.`, next };
  return { state: 'fine', text: `The clock agrees with ${nameText(context)}’s.` };
}
