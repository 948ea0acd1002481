import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { heartbeat } from './heartbeat.ts';

import { handClock } from './testing/pair.ts';

describe('a thread that does not answer', () => {
  const beat = { every: 1000, most: 3 };

  it('is found after so many questions, and one that answers late is not', () => {
    const clock = handClock();
    let round = 0;
    let stuck = 0;
    const beats = heartbeat(
      clock,
      (number) => {
        round = number;
      },
      () => {
        stuck++;
      },
      beat,
    );
    for (let i = 0; i < 20; i++) {
      clock.move(2000);
      beats.heard(round);
    }
    assert.equal(stuck, 0);
    clock.move(3000);
    beats.heard(round - 1);
    assert.equal(stuck, 0);
    clock.move(1000);
    assert.equal(stuck, 1);
    clock.move(10_000);
    assert.equal(stuck, 1);
  });

  it('is not blamed for a machine that slept', () => {
    const clock = handClock();
    let stuck = 0;
    const beats = heartbeat(
      clock,
      () => undefined,
      () => {
        stuck++;
      },
      beat,
    );
    for (let i = 0; i < 10; i++) clock.move(3_600_000, true);
    assert.equal(stuck, 0);
    beats.stop();
    clock.move(10_000);
    assert.equal(stuck, 0);
  });
});
