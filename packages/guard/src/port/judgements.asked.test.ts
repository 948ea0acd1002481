import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Cluster } from '@toolcrib/model';
import { judgements } from './judgements.ts';

// What a judgement does to its cluster by itself, and what of that is announced before it.

const READS: [method: string, path: string][] = [
  ['GET', '/api/v1/pods'],
  ['HEAD', '/api/v1/pods'],
  ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
  ['PATCH', '/api/v1/pods/a?dryRun=All'],
  ['DELETE', '/api/v1/pods/a?pretty=1&dryRun=All'],
];
const CHANGES: [method: string, path: string][] = [
  ['POST', '/api/v1/pods'],
  ['PATCH', '/api/v1/pods/a'],
  ['DELETE', '/api/v1/pods/a?dryRun=Some'],
  ['PUT', '/apis/apps/v1/authorization.k8s.io'],
];

/** A cluster that answers with what it was asked. */
const sent: string[] = [];
const answering =
  (name: string) =>
  async (...args: unknown[]) => {
    sent.push(name);
    return { name, args };
  };
const METHODS = ['request', 'create', 'patch', 'replace', 'delete'] as const;
const cluster = Object.fromEntries(METHODS.map((name) => [name, answering(name)])) as unknown as Cluster;
const other = async () => 'as it was';

function scene() {
  sent.length = 0;
  const acting: string[] = [];
  const all = judgements((id) => void acting.push(id));
  return { ...all, acting, own: all.announced({ ...cluster, get: other } as unknown as Cluster) };
}
const request = (own: Cluster, [method, path]: [string, string]) =>
  own.request({ method, path, headers: {} });

test('reads, dry runs and questions about rights are announced to nobody; the first change is, once', async () => {
  const { run, own, acting } = scene();
  await run('r1', async () => {
    for (const one of READS) await request(own, one);
    assert.deepEqual(acting, []);
    for (const one of CHANGES) await request(own, one);
    assert.deepEqual(acting, ['r1']);
  });
  assert.equal(sent.length, READS.length + CHANGES.length);
});

for (const one of CHANGES)
  test(`${one.join(' ')} is a change`, async () => {
    const { run, own, acting } = scene();
    await run('r1', () => request(own, one));
    assert.deepEqual(acting, ['r1']);
  });

for (const name of ['create', 'patch', 'replace', 'delete'] as const)
  test(`${name} is announced, asked as it is, and answered as the cluster answers`, async () => {
    const { run, own, acting } = scene();
    const args = [{ resource: 'pods' }, { name: 'a' }, {}];
    const found: unknown = await run('r1', () =>
      (own[name] as (...all: unknown[]) => Promise<unknown>)(...args),
    );
    assert.deepEqual([found, acting], [{ name, args }, ['r1']]);
  });

test('all else of the cluster is as it was', async () => {
  const { own } = scene();
  assert.equal(await (own.get as unknown as typeof other)(), 'as it was');
});

test('what is nobody’s request is announced for nobody', async () => {
  const { own, acting } = scene();
  await request(own, ['DELETE', '/api/v1/pods/a']);
  assert.deepEqual([sent, acting], [['request'], []]);
});

test('one that was given up changes nothing any more, and reads as before', async () => {
  const { run, giveUp, isGivenUp, own, acting } = scene();
  const gate = Promise.withResolvers<void>();
  const work = run('r1', async () => {
    await gate.promise;
    await request(own, ['GET', '/api/v1/pods']);
    await own.delete({} as never, { name: 'a' }, {} as never);
  });
  assert.deepEqual(
    [isGivenUp('r1'), giveUp('r1'), isGivenUp('r1'), giveUp('r1')],
    [false, true, true, false],
  );
  gate.resolve();
  await assert.rejects(work, /its time is over/);
  assert.deepEqual([sent, acting, isGivenUp('r1')], [['request'], [], false]);
});

test('one that has begun to act, or is over, can not be given up', async () => {
  const { run, giveUp, own } = scene();
  const gate = Promise.withResolvers<void>();
  const work = run('r1', async () => {
    await request(own, ['DELETE', '/api/v1/pods/a']);
    await gate.promise;
    await request(own, ['DELETE', '/api/v1/pods/b']);
  });
  await turn();
  assert.equal(giveUp('r1'), false);
  gate.resolve();
  await work;
  assert.equal(sent.length, 2);
  assert.deepEqual([giveUp('r1'), giveUp('never')], [false, false]);
});
