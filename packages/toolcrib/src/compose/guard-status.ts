import { state as windowState } from '@toolcrib/guard/way/windows';
import { type Clock, type Journal, type LeftOut, messageOf, ToolcribError } from '@toolcrib/model';
import type { GuardStatus } from '../laptop/api/schema.ts';
import type { PolicyFile } from '../laptop/policy-file.ts';
import { version } from '../laptop/version.ts';
import type { Desks } from './desks.ts';

/** What the keeper knows of its guard. */
interface Known {
  clusters: { names(): string[] };
  policy: Pick<PolicyFile, 'current' | 'state'>;
  held: Pick<Desks, 'list' | 'unsettled'>;
  journal: Pick<Journal, 'probe' | 'softenings'>;
  damaged: LeftOut;
  clock: Pick<Clock, 'now'>;
  port: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Whether its door is open. */
  opened: boolean;
  ending: GuardStatus['ending'];
}

/**
 * How the guard is, for a person.
 * @throws ToolcribError `not-running` as long as its door is not open: whoever starts the guard waits for this
 */
export async function guardStatus(known: Known): Promise<GuardStatus> {
  const { clusters, policy, held, journal, damaged, clock, port, startedAt, opened, ending } = known;
  if (!opened) throw new ToolcribError('not-running', 'The guard is starting.', { next: 'Ask again.' });
  return {
    version,
    pid: process.pid,
    port,
    startedAt,
    contexts: clusters
      .names()
      .map((context) => ({ context, mode: policy.current().modeFor(context, undefined) })),
    held: held.list().filter((hold) => hold.state === 'open').length,
    journal: await journal.probe().then(() => null, messageOf),
    unsettled: held.unsettled(),
    ending,
    policy: policy.state(),
    softened: (await journal.softenings({ state: 'softened' }, undefined, damaged).catch(() => [])).map(
      (record) => ({
        actId: record.actId,
        what: `${record.owner.kind} ${record.owner.namespace ?? ''}/${record.owner.name}`,
        finishAfter: record.finishAfter,
        state: windowState(record, clock.now(), policy.current().softenMs),
      }),
    ),
  };
}
