import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instruction } from '../request.ts';
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

  it('does not run while a person is asked, nor once it has begun to change something', async () => {
    const person = Promise.withResolvers<void>();
    const acting = Promise.withResolvers<void>();
    let post: (message: unknown) => void = () => undefined;
    const { clock, client, worker, sent } = pair(async ({ id }, way) => {
      post({ type: 'waiting', id, code: 'BCDFG' });
      await person.promise;
      post({ type: 'waiting', id });
      await way.delete({} as never, { name: 'thing' }, {} as never);
      await acting.promise;
      return FORWARD;
    });
    post = worker.postMessage;
    const answer = client.judge(asked('DELETE', '/thing'));
    await turns();
    clock.move(60_000);
    await turns();
    person.resolve();
    await turns();
    clock.move(60_000);
    await turns();
    acting.resolve();
    assert.equal(textOf(await answer), 'forward');
    assert.deepEqual(sent, ['DELETE']);
    assert.equal(client.underWay().length, 1);
  });

  it('a thread that ends says of each request what is true', async () => {
    const never = new Promise<Instruction>(() => undefined);
    const { client, worker } = pair(async ({ id, path }, way) => {
      if (path === '/acts') await way.delete({} as never, { name: 'thing' }, {} as never);
      if (path === '/waits') worker.postMessage({ type: 'waiting', id, code: 'BCDFG' });
      return never;
    });
    const answers = ['/thinks', '/acts', '/waits'].map((path) => client.judge(asked('DELETE', path)));
    await turns();
    client.end('the guard got stuck');
    const [thinks, acts, waits] = (await Promise.all(answers)).map(textOf);
    assert.match(thinks, /nothing was sent/);
    assert.match(acts, /in the middle.*toolcrib log/s);
    assert.doesNotMatch(acts, /nothing/);
    assert.match(waits, /nothing was sent.*toolcrib held BCDFG/s);
    assert.match(textOf(await client.judge(asked('DELETE', '/later'))), /nothing was sent/);
    await client.close();
  });
});
