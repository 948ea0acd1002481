import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asked } from '../testing/way.ts';

import { FORWARD, pair, textOf, turns } from './testing/pair.ts';

describe('the time of one judgement', () => {
  it('is limited; its client is told that nothing was sent, and that stays true', async () => {
    const cluster = Promise.withResolvers<void>();
    const { clock, client, sent, settled } = pair(async (_, way) => {
      await way.request({ method: 'GET', path: '/slow' });
      await cluster.promise;
      await way.request({ method: 'PATCH', path: '/thing?dryRun=All' });
      await way.delete({} as never, { name: 'thing' }, {} as never);
      return FORWARD;
    });
    const request = asked('DELETE', '/thing');
    const answer = client.judge(request);
    await turns();
    clock.move(999);
    await turns();
    clock.move(1);
    assert.match(textOf(await answer), /not be judged within 1 s, so nothing was sent/);
    cluster.resolve();
    await turns();
    assert.deepEqual(sent, ['GET /slow', 'PATCH /thing?dryRun=All']);
    assert.deepEqual([settled, client.underWay()], [[], []]);
  });

  it('what is judged to be forwarded after its time is settled as not sent', async () => {
    const cluster = Promise.withResolvers<void>();
    const { clock, client, settled } = pair(() => cluster.promise.then(() => FORWARD));
    const request = asked('DELETE', '/thing');
    const answer = client.judge(request);
    await turns();
    clock.move(1000);
    assert.match(textOf(await answer), /nothing was sent/);
    cluster.resolve();
    await turns();
    assert.deepEqual(settled, [[request.id, { notSent: 'it could not be judged in time' }]]);
    assert.deepEqual(client.underWay(), []);
  });
});
