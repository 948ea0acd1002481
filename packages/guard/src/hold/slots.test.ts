import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aHold } from '../journal/testing/records.ts';
import { slots as slotsFor } from './slots.ts';

test('what is live, what is lost, and what is forgotten', () => {
  let now = 0;
  let guard = 'a';
  const slots = slotsFor({ now: () => now }, { guard: () => guard });
  const open = slots.add(aHold({ code: 'OPEN', guard: 'a', expiresAt: 10 }));
  const waits = slots.add(aHold({ code: 'WAITS', guard: 'a', expiresAt: 10 }), { waiter: () => undefined });
  const covers = slots.add(aHold({ code: 'COVERS', guard: 'a', expiresAt: 10, coversUntil: 20 }));
  const nobodys = slots.add(aHold({ code: 'OLD', expiresAt: 30 }));
  assert.equal(slots.get('OPEN'), open);
  assert.equal(
    slots.find(({ hold }) => hold.expiresAt === 30),
    nobodys,
  );
  const live = () =>
    slots
      .all()
      .filter(slots.isLive)
      .map(({ hold }) => hold.code);
  now = 9;
  assert.deepEqual(live(), ['OPEN', 'WAITS', 'COVERS', 'OLD']);
  now = 10;
  assert.deepEqual(live(), ['OLD']);
  slots.sweep();
  assert.deepEqual(slots.all(), [waits, covers, nobodys]);
  now = 21;
  slots.sweep();
  assert.deepEqual(slots.all(), [waits, nobodys]);
  assert.equal(slots.isLost(waits), false);
  guard = 'b';
  assert.equal(slots.isLost(waits), true);
  assert.equal(slots.isLost(nobodys), false);
  now = 0;
  assert.deepEqual(live(), ['OLD'], 'what is another’s by now is not live');
});
