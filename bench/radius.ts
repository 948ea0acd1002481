// The blast radius of what holds thousands: what one judgement thinks, without the cluster. Each at a tenth of its size and whole,
// since what counts is that it grows with its objects and not with their square.
import { radiusOf } from '../packages/guard/src/radius/radius-of.ts';
import { CROWDS } from '../packages/guard/src/radius/testing/crowds.ts';
import type { Figure } from './run.ts';

/** Times thirteen objects. */
const SHOPS = 6000;
/** After twice that the judging thread is taken for stuck, and a judgement thinks more than once. Milliseconds. */
const GOAL = 5_000;
/** What an object may cost more where there are ten times as many: 10 where it grew with their square. */
const GROWTH = 3;

export default async function measure(): Promise<Figure[]> {
  return Object.entries(CROWDS).map(([name, crowd]): Figure => {
    const of = (shops: number): { each: number; whole: number; objects: number } => {
      const { view, aims } = crowd(shops);
      const times = Array.from({ length: 3 }, () => {
        // A look of its own each time: nothing is remembered of the last one.
        const own = { ...view, objects: [...view.objects] };
        const start = performance.now();
        radiusOf(own, aims);
        return performance.now() - start;
      });
      const whole = Math.min(...times);
      return { whole, each: whole / view.objects.length, objects: view.objects.length };
    };
    const [small, large] = [of(SHOPS / 10), of(SHOPS)];
    return {
      name: `radius of ${name}, among ${large.objects} objects`,
      value: large.whole,
      unit: 'ms',
      beside: { name: `${small.objects} objects`, value: small.whole },
      ratio: large.each / small.each,
      goal: `${GOAL} ms, and an object <= ${GROWTH} x`,
      met: large.whole <= GOAL && large.each / small.each <= GROWTH,
    };
  });
}
