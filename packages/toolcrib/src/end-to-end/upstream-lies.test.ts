import { after, before, test } from 'node:test';
import type { LieCase } from '../testing/lie-case.ts';
import { openStage, type Stage } from '../testing/lie-cases.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

/** Found by `npm run deep -- upstream`, each reduced to one lie. */
const FOUND: LieCase[] = [
  // A 2xx that says Failure was taken for a yes, and what did not read back as Retain for a certain no.
  { form: { does: 'retain-first', nth: 1 }, lie: 200, honest: true, point: 'later', killed: false },
  { form: { does: 'retain-first', nth: 1 }, lie: 299, honest: true, point: 'later', killed: true },
  { form: { does: 'orphan-first', nth: 2 }, lie: 200, honest: true, point: 'later', killed: false },
  { form: { does: 'orphan-first', nth: 2 }, lie: 201, honest: true, point: 'never', killed: false },
  { form: { does: 'orphan-first', nth: 1 }, lie: 200, honest: true, point: 'later', killed: false },
  { form: { does: 'collection' }, lie: 200, honest: true, point: 'later', killed: false },
  { form: { does: 'collection' }, lie: 302, honest: true, point: 'never', killed: false },
];

for (const one of FOUND) {
  const { form, lie, point, killed } = one;
  const what = 'nth' in form ? `${form.does} write ${form.nth}` : form.does;
  test(`${what}: ${lie} as a Status, carried out ${point}${killed ? ', guard killed' : ''}`, () =>
    stage.check(one));
}
