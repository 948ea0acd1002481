import { parentPort, workerData } from 'node:worker_threads';
import type { Channel } from '@toolcrib/guard/port/client';
import { hostHandler } from '@toolcrib/guard/port/host';
import { judgements } from '@toolcrib/guard/port/judgements';
import type { FromJudge } from '@toolcrib/guard/port/messages';
import { messageOf } from '@toolcrib/model';
import { systemClock } from '../laptop/system-clock.ts';
import type { FromDesk, ToDesk } from './desk-messages.ts';
import { answerAtDesk } from './hold-answers.ts';
import { log } from './log.ts';
import { patient } from './patient.ts';
import { recalls } from './recalls.ts';
import { lookingAgain, ownDesk } from './worker/desk.ts';
import { hosted } from './worker/hosted.ts';
import { openFor } from './worker/opened.ts';
import { wayOver } from './worker/way.ts';
import type { Serve, WorkerSetup } from './worker-messages.ts';

/** Milliseconds. */
const SETTLE_BEFORE = 5_000;

/** Everything that thinks, for one context. The door's thread only moves bytes; people ask the keeper. */
async function main(
  setup: WorkerSetup,
  channel: Channel,
  { context, underWay, desk: port }: Serve,
  begin: Extract<ToDesk, { type: 'begin' }>,
): Promise<void> {
  const clock = systemClock;
  const startedAt = clock.now();
  const post = (message: FromJudge) => channel.postMessage(message);
  const tellDesk = (message: FromDesk) => port.postMessage(message);
  const elsewhere = new Set(underWay);
  const opened = openFor(setup, context, elsewhere, begin, clock);
  const { lease, policy } = opened;
  const desk = ownDesk(opened, clock, begin.holds, (hold) => tellDesk({ type: 'hold', hold }));
  const running = judgements((id) => post({ type: 'acting', id }));
  const recalling = recalls((call, actId) => post({ type: 'recall', call, actId }));
  const way = wayOver({
    opened,
    desk,
    running,
    recalling,
    clock,
    startedAt,
    env: setup.env,
    policyPath: setup.policyPath,
    post,
    unsettled: (count) => tellDesk({ type: 'unsettled', count }),
  });
  // What of their commands comes on is found to be theirs: a no ends the act whichever thread judges.
  for (const { actId } of begin.holds) void way.deps.acts.byId(actId);

  port.on('message', (message: ToDesk) => {
    if (message.type !== 'lease') return;
    const more = message.news.inherited.some((guard) => !lease.inherited().includes(guard));
    lease.hear(message.news);
    if (more) void way.settle.pass();
  });
  answerAtDesk(port, desk, () => policy.current().passMs);

  const stopLooking = lookingAgain(desk, clock);
  const ends = {
    stopping() {
      desk.close();
      stopLooking();
    },
    closed: () => port.close(),
  };
  hostHandler(channel, hosted(way, opened, recalling, elsewhere, ends), running);
  post({ type: 'begun' });
  // The windows that an earlier life left must be watched before anybody can create into them.
  await way.windows
    .publish()
    .catch((error: unknown) => log('softened acts are not watched', { why: String(error) }));
  // A cluster that does not answer must not keep the guard of all the others from starting.
  const late = new Promise<void>((resolve) => clock.after(SETTLE_BEFORE, resolve));
  await Promise.race([way.settle.pass(), late]);
  post({ type: 'ready' });
}

if (parentPort) {
  const own = parentPort;
  own.once('message', (serve: Serve) => {
    const channel = patient(own as unknown as Channel);
    serve.desk.once('message', (begin: Extract<ToDesk, { type: 'begin' }>) => {
      main(workerData as WorkerSetup, channel, serve, begin).catch((error: unknown) => {
        const message = messageOf(error);
        channel.postMessage({ type: 'start-failed', message } satisfies FromJudge);
      });
    });
  });
}
