import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdDesk } from '@toolcrib/guard/hold/desk';
import { holdsInMemory } from '@toolcrib/guard/testing/holds-in-memory.ts';
import { loneLease } from '@toolcrib/guard/testing/lease.ts';
import type { Hold } from '@toolcrib/model';
import { systemClock } from '../laptop/system-clock.ts';
import { answerHold } from './hold-answers.ts';

const from = { pid: 4711 };
const PASS = 60_000;

/** A desk with one hold that nobody waits for. */
function deskWith(more: Partial<Hold> = {}) {
  const desk = holdDesk({
    clock: systemClock,
    journal: holdsInMemory(),
    lease: loneLease,
    log: () => undefined,
  });
  desk.restore({
    code: 'BCDFG',
    actId: 'act-1',
    requestId: 'req-1',
    context: 'prod',
    createdAt: Date.now(),
    expiresAt: Date.now() + 60_000,
    waiting: false,
    effect: { verb: 'none' },
    decision: {
      then: 'hold',
      rule: 'outage',
      reason: '',
      softening: { possible: true, how: 'orphan-first' },
    },
    state: 'open',
    person: 'aiko',
    ...more,
  } as Hold);
  return desk;
}
const by = 'ben';
const answer = (
  desk: ReturnType<typeof deskWith>,
  as: 'as-sent' | 'softened' | 'denied',
  withoutNet?: string,
) => answerHold(desk, 'BCDFG', { as, by, ...(withoutNet === undefined ? {} : { withoutNet }) }, from, PASS);

test('a yes in a form that it can go in, and who gave it', async () => {
  const { state, answer: given } = await answer(deskWith(), 'softened');
  assert.deepEqual([state, given?.as, given?.by, given?.from], ['approved', 'softened', by, from]);
  assert.equal((await answer(deskWith({ needsName: 'web' }), 'as-sent', 'web')).answer?.withoutNet, true);
});

test('a no needs no form and no name, and takes a yes back', async () => {
  const desk = deskWith({ needsName: 'web' });
  await answer(desk, 'as-sent', 'web');
  assert.deepEqual([(await answer(desk, 'denied')).state, desk.get('BCDFG')?.denied?.by], ['denied', by]);
});

test('what it can’t go in is refused, with what it could; nothing was answered then', async () => {
  const never = {
    decision: { ...deskWith().get('BCDFG')?.decision, softening: { possible: false, why: 'no' } },
  };
  const cases: [Partial<Hold>, Parameters<typeof answer>[1], string | undefined, RegExp][] = [
    [{ needsName: 'web' }, 'as-sent', undefined, /--as-sent --without-net web/],
    [{ needsName: 'web' }, 'softened', 'other', /--softened --without-net web/],
    [{}, 'as-sent', 'web', /Leave --without-net out/],
    [never as Partial<Hold>, 'softened', undefined, /--as-sent/],
  ];
  for (const [more, as, name, next] of cases) {
    const desk = deskWith(more);
    await assert.rejects(answer(desk, as, name), { code: 'usage', next });
    assert.equal(desk.get('BCDFG')?.state, 'open');
  }
});

test('a yes that can’t be written, to what another guard may have by now, is told as that', async () => {
  const desk = { ...deskWith(), answer: async () => 'unwritten' as const };
  const said = { code: 'conflict', message: /journal can't be written/, next: /Send it again/ };
  await assert.rejects(answerHold(desk, 'BCDFG', { as: 'as-sent', by }, from, PASS), said);
});

test('what is not there, or was answered already, is said', async () => {
  const desk = deskWith();
  await assert.rejects(answerHold(desk, 'NONE', { as: 'denied', by }, from, PASS), { code: 'not-found' });
  await answer(desk, 'denied');
  const no = { code: 'conflict', message: /^BCDFG was answered already: no, by ben at [\d:]{8}\.$/ };
  await assert.rejects(answer(desk, 'as-sent'), no);
  await assert.rejects(answer(desk, 'denied'), no);
});

test('one whose time is over is told as that, also where a yes would want its name, and where the desk has it no more', async () => {
  const late = { expiresAt: Date.now() - 1, needsName: 'web' };
  const said = { code: 'conflict', message: /^The time of BCDFG is over/, next: /under a new code/ };
  await assert.rejects(answer(deskWith(late), 'as-sent'), said);
  await assert.rejects(answer(deskWith(late), 'denied'), said);
  const forgotten = { ...deskWith(), answer: async () => 'unknown' as const };
  await assert.rejects(answerHold(forgotten, 'BCDFG', { as: 'as-sent', by }, from, PASS), {
    code: 'conflict',
    next: /toolcrib held BCDFG/,
  });
});
