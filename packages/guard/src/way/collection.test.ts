import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, items, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// A collection's delete, answered as the server itself would.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const AT = '/api/v1/namespaces/default/secrets';

async function answerTo(query: string, body?: unknown) {
  const { deps, close } = openWay(target.cluster, policyOf('[]'));
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = { 'content-type': 'application/json' };
  const instruction = await judge(
    deps,
    asked('DELETE', AT, { query, headers, ...(sent ? { body: sent } : {}) }),
  );
  await close();
  assert.ok(instruction.do === 'answer');
  return { status: instruction.status, body: JSON.parse(Buffer.from(instruction.body).toString()) };
}

for (const query of ['labelSelector=!!=', 'fieldSelector=spec.no%3Dsuch']) {
  test(`${query}: refused in the server's words`, async () => {
    await put(target, AT, { apiVersion: 'v1', kind: 'Secret', metadata: { generateName: 'a-' } });
    const there = (await items(target, AT)).length;
    const direct = await target.https('DELETE', `${AT}?${query}`);
    assert.equal(direct.status, 400);
    for (const given of [await answerTo(query), await answerTo(query, { kind: 'Unreadable' })]) {
      assert.equal(given.status, 400);
      assert.equal(given.body.kind, 'Status');
      assert.equal(given.body.reason, direct.body.reason);
      assert.equal(given.body.message, direct.body.message);
    }
    assert.equal((await items(target, AT)).length, there);
  });
}

test('with nothing in it: a list of its kind all the same', async () => {
  const direct = await target.https('DELETE', `${AT}?labelSelector=no%3Dsuch`);
  const given = await answerTo('labelSelector=no%3Dsuch');
  assert.equal(given.status, direct.status);
  const { kind, apiVersion, items: none } = given.body;
  assert.deepEqual({ kind, apiVersion, none }, { kind: 'SecretList', apiVersion: 'v1', none: [] });
  assert.equal(direct.body.kind, 'SecretList');
});

test('its client goes in the middle: what was not sent by then stays, and is told', async () => {
  const labels = { of: 'one-that-goes' };
  for (let i = 0; i < 3; i++)
    await put(target, AT, { apiVersion: 'v1', kind: 'Secret', metadata: { generateName: 'goes-', labels } });
  const query = 'labelSelector=of%3Done-that-goes';
  const request = asked('DELETE', AT, { query });
  const cluster = new Proxy(target.cluster, {
    get: (real, name) =>
      name === 'delete'
        ? (...args: Parameters<typeof real.delete>) =>
            real.delete(...args).finally(() => way.deps.onTheWay.clientLeft(request.id))
        : Reflect.get(real, name),
  });
  const way = openWay(cluster, policyOf('[]'));
  const instruction = await judge(way.deps, request);
  assert.ok(instruction.do === 'answer');
  assert.match(Buffer.from(instruction.body).toString(), /1 of 3 deleted.*the client went; it was not sent/s);
  assert.equal((await items(target, `${AT}?${query}`)).length, 2);
  await way.close();
});

test('this guard goes on as another since it was kept: nothing of it is sent', async () => {
  const labels = { of: 'another-guard' };
  await put(target, AT, { apiVersion: 'v1', kind: 'Secret', metadata: { generateName: 'other-', labels } });
  const query = 'labelSelector=of%3Danother-guard';
  const { deps, close } = openWay(target.cluster, policyOf('[]'));
  const { keep } = deps.journal;
  let guard = 'a';
  deps.lease = { ...deps.lease, guard: () => guard };
  deps.journal.keep = async (...kept) => {
    await keep(...kept);
    guard = 'b';
  };
  const instruction = await judge(deps, asked('DELETE', AT, { query }));
  await close();
  assert.equal(guard, 'b', 'it was kept');
  assert.match(JSON.stringify(instruction), /DeleteFailed/);
  assert.equal((await items(target, `${AT}?${query}`)).length, 1);
});
