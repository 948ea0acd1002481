import { Random } from '../packages/guard/src/testing/random.ts';
import type { Lie, Point } from '../packages/toolcrib/src/testing/liar.ts';
import type { Form, LieCase } from '../packages/toolcrib/src/testing/lie-case.ts';
import { openStage } from '../packages/toolcrib/src/testing/lie-cases.ts';
import type { Proof } from './proof.ts';

/** Each status of each of these. */
const WHOLE: Form[] = [
  { does: 'delete' },
  { does: 'retain-first', nth: 2 },
  { does: 'orphan-first', nth: 2 },
];
/** One status in twenty-five of each of these, those that servers give, and all that is no answer. */
const PARTLY: Form[] = [
  { does: 'collection' },
  { does: 'scale' },
  { does: 'evict' },
  // The other writes of a softening: our finalizer, each mark, the finalizer again; the volume's policy.
  { does: 'orphan-first', nth: 1 },
  { does: 'orphan-first', nth: 3 },
  { does: 'orphan-first', nth: 4 },
  { does: 'orphan-first', nth: 5 },
  { does: 'orphan-first', nth: 6 },
  { does: 'retain-first', nth: 1 },
];
const LIES: Lie[] = [
  ...Array.from({ length: 500 }, (_, i) => i + 100),
  'reset',
  'silence',
  'truncated',
  'garbage',
  'log-in page',
];
const FORMS = [...WHOLE, ...PARTLY];
const USUAL = new Set<Lie>([200, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504]);
const SOME = LIES.filter((lie) => typeof lie !== 'number' || lie % 25 === 1 || USUAL.has(lie));
const POINTS: Point[] = ['never', 'before', 'later'];
/** With these numbers an API server's own Status is a certain no: it does not carry out what it answers so. */
const CERTAIN = new Set([400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422]);

/** The whole matrix in an order that a seed gives, so that any number of the first cases is a fair sample. */
function matrix(seed: number): LieCase[] {
  const random = new Random(seed);
  const cases: LieCase[] = [];
  for (const form of FORMS)
    for (const lie of WHOLE.includes(form) ? LIES : SOME)
      for (const point of POINTS)
        for (const killed of [false, true]) {
          const honest = random.chance(0.5) && !(point !== 'never' && CERTAIN.has(Number(lie)));
          cases.push({ form, lie, point, killed, honest });
        }
  for (let i = cases.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [cases[i], cases[j]] = [cases[j] as LieCase, cases[i] as LieCase];
  }
  return cases;
}

const FULL = (WHOLE.length * LIES.length + PARTLY.length * SOME.length) * POINTS.length * 2;
/** Cases side by side: most of the time each of them waits. */
const SIDE_BY_SIDE = 8;
/** A sandbox forgets nothing; after so many cases another one takes its place. */
const A_STAGE = 240;

/** Told as a failure of its own, so that one that hangs does not hang the rest. Milliseconds. */
const LIMIT = 300_000;

function within(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not at its end after ${LIMIT / 1000} s`)), LIMIT);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** A guard in this process, with its own door, behind a load balancer that answers in the place of a sandbox. */
export default {
  claim:
    'whatever an upstream answers, and whenever it carries out what was asked, the journal tells in the end what the cluster itself shows, nothing softened is put back before, and undo brings back what was taken and touches nothing else',
  unit: 'lies',
  full: FULL,
  sample: 30,
  sampleMinutes: 2,
  async run({ seed, count, progress }) {
    const cases = matrix(seed).slice(0, count);
    const failures: { name: string; why: string }[] = [];
    let checked = 0;
    for (let from = 0; from < cases.length; from += A_STAGE) {
      const stage = await openStage();
      const queue = cases.slice(from, from + A_STAGE).values();
      const worker = async () => {
        for (const one of queue) {
          const { form, lie, point, killed, honest } = one;
          const what = 'nth' in form ? `${form.does} write ${form.nth}` : form.does;
          const name = `${what}, ${lie}${honest ? ' as a Status' : ''}, carried out ${point}${killed ? ', guard killed' : ''}`;
          await within(stage.check(one)).catch((error: unknown) => {
            const why = error instanceof Error ? error.message : String(error);
            failures.push({ name, why });
            // Told at once: the whole of it takes an hour.
            progress(`failed: ${name}: ${why}`);
          });
          checked++;
          if (checked % 20 === 0) progress(`${checked} of ${cases.length}, ${failures.length} failed`);
        }
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
      await stage.close();
    }
    const rows = FORMS.map((form): [string, number] => [
      'nth' in form ? `${form.does}, write ${form.nth}` : form.does,
      cases.filter((one) => one.form === form).length,
    ]);
    return { checked, failures, rows };
  },
} satisfies Proof;
