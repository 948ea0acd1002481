import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import { type LeftOut, ToolcribError } from '@toolcrib/model';
import { hosted } from './hosted.ts';

function world(kept: string[] = []) {
  const done: string[] = [];
  const heard = Promise.withResolvers<void>();
  const note = (what: string) => async () => void done.push(what);
  const way = {
    thinking: {
      settled(id: string) {
        done.push(`settled ${id}`);
        heard.resolve();
      },
      close: note('thinking'),
    },
    deps: {
      damaged: ({ message }: Error) => done.push(message),
      onTheWay: { handedOver: ({ id }: { id: string }) => done.push(`handed ${id}`) },
    },
    windows: { close: note('windows') },
    settle: { close: note('settle') },
  } as unknown as Parameters<typeof hosted>[0];
  const opened = {
    journal: {
      requests: async ({ state }: { state?: string }, _newer?: LeftOut, damaged?: LeftOut) => {
        if (kept.includes('broken')) throw new Error('no journal');
        const torn = new ToolcribError('damaged', 'torn');
        if (kept.includes('torn') && !damaged) throw torn;
        if (kept.includes('torn')) damaged?.(torn);
        const whole = kept.filter((id) => id !== 'torn');
        return state === 'kept' ? whole.map((id) => aRequest({ id, state: 'kept' })) : [];
      },
    },
    close: note('opened'),
  } as unknown as Parameters<typeof hosted>[1];
  const elsewhere = new Set(['theirs']);
  const recalled: unknown[] = [];
  const own = hosted(way, opened, { answered: (...what) => recalled.push(what) }, elsewhere, {
    stopping: () => done.push('stopping'),
    closed: () => done.push('closed'),
  });
  return { own, done, heard: heard.promise, recalled };
}
const outcome = {} as Parameters<ReturnType<typeof hosted>['settled']>[1];

test('an outcome of its own request is thought about at once', () => {
  const { own, done } = world(['theirs']);
  own.settled('ours', outcome);
  assert.deepEqual(done, ['settled ours']);
});

test('one that another thread had handed to the door is looked up first, once; other kept ones are left', async () => {
  const { own, done, heard } = world(['other', 'theirs']);
  own.settled('theirs', outcome);
  await heard;
  assert.deepEqual(done.splice(0), ['handed theirs', 'settled theirs']);
  own.settled('theirs', outcome);
  assert.deepEqual(done, ['settled theirs']);
});

test('what can’t be looked up is thought about all the same', async () => {
  for (const kept of [['broken'], []]) {
    const { own, done, heard } = world(kept);
    own.settled('theirs', outcome);
    await heard;
    assert.deepEqual(done, ['settled theirs']);
  }
});

test('one that is damaged is told, and hides none that can be read', async () => {
  const { own, done, heard } = world(['torn', 'theirs']);
  own.settled('theirs', outcome);
  await heard;
  assert.deepEqual(done, ['torn', 'handed theirs', 'settled theirs']);
});

test('it ends from the windows inward: nothing new is begun while what it stands on is taken away', async () => {
  const { own, done, recalled } = world();
  own.stopping();
  own.recalled(3, ['a']);
  await own.close();
  assert.deepEqual(done, ['stopping', 'windows', 'settle', 'thinking', 'opened', 'closed']);
  assert.deepEqual(recalled, [[3, ['a']]]);
});
