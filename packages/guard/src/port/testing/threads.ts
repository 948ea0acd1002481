import { asked } from '../../testing/way.ts';
import { type JudgeThread, judges } from '../judges.ts';
import type { FromJudge, ToJudge } from '../messages.ts';
import { handClock } from './pair.ts';

/** Threads that do as the test says. */
export function opened(limit = 1_000) {
  const clock = handClock();
  const threads: ReturnType<typeof thread>[] = [];
  const logged: string[] = [];
  function thread() {
    const heard: ToJudge[] = [];
    const listeners: ((message: never) => void)[] = [];
    const ends: ((why: string) => void)[] = [];
    const one = {
      heard,
      context: undefined as string | undefined,
      underWay: [] as string[],
      terminated: 0,
      /** As the thread says it. */
      say(message: FromJudge) {
        for (const listener of [...listeners]) listener(message as never);
      },
      die(why = 'it crashed') {
        for (const end of ends.splice(0)) end(why);
      },
      asked: () => heard.flatMap((message) => (message.type === 'judge' ? [message.request.id] : [])),
      as: undefined as unknown as JudgeThread,
    };
    one.as = {
      postMessage: (message) => void heard.push(message as ToJudge),
      on: (_event, listener) => listeners.push(listener),
      serve(context, underWay) {
        one.context = context;
        one.underWay = underWay;
      },
      terminate: async () => {
        one.terminated++;
        one.die('terminated');
      },
      died: (listener) => void ends.push(listener),
    };
    return one;
  }
  const all = judges({
    clock,
    limit,
    spawn() {
      const one = thread();
      threads.push(one);
      return one.as;
    },
    log: (line, detail) => logged.push(`${line} ${JSON.stringify(detail ?? {})}`),
  });
  const of = (context: string) => threads.filter((one) => one.context === context).at(-1);
  return { all, clock, threads, logged, of };
}
/** Of a context, whatever it asks for. */
export const request = (context = 'prod') => asked('DELETE', '/api/v1/namespaces/shop/pods/a', { context });
