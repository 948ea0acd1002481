import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AskedRequest } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { undoAct } from '../undo/act.ts';
import { requestHandler } from './request-handler.ts';

// An undo closes its act: what the same program sends afterwards was not undone, and is an act of its own.

const RULES = `[{name: named, when: 'effect.name.startsWith("held")', then: hold}]`;
const AT = '/api/v1/namespaces/default/configmaps';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

async function opened(...names: string[]) {
  for (const name of names)
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }).catch(() => undefined);
  const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
  const thinking = requestHandler(deps);
  /** As the door does it. @returns what became of it */
  const send = async (name: string, more: Partial<AskedRequest> = {}) => {
    const request = asked('DELETE', `${AT}/${name}`, more);
    const told = await thinking.judge(request);
    if (told.do !== 'forward') return JSON.parse(Buffer.from(told.body).toString()).message as string;
    await target.https('DELETE', `${AT}/${name}`);
    thinking.settled(request.id, { status: 200, said: 'yes' });
    return 'gone';
  };
  const undo = (actId: string) => undoAct({ ...deps, by: 'aiko' }, actId, () => undefined);
  /** What each act took, the oldest first. */
  const acts = async () => {
    const all = (await journal.acts()).reverse();
    const paths = all.map(async ({ id }) =>
      (await journal.requests({ actId: id })).map(({ path }) => path.split('/').pop()),
    );
    return { ids: all.map(({ id }) => id), took: await Promise.all(paths) };
  };
  const stands = async (name: string) => (await seen(target, `${AT}/${name}`)) !== undefined;
  const end = async () => {
    await thinking.close();
    await close();
  };
  return { send, undo, acts, stands, deps, close: end };
}

test('what a program sends after the undo of its act is another act, with an undo of its own', async () => {
  const { send, undo, acts, stands, close } = await opened('a', 'b', 'c', 'd');
  assert.equal(await send('a'), 'gone');
  assert.equal(await send('b'), 'gone');
  const [first = ''] = (await acts()).ids;
  await undo(first);
  // Side by side they are one act all the same.
  assert.deepEqual(await Promise.all([send('c'), send('d')]), ['gone', 'gone']);
  const { ids, took } = await acts();
  assert.deepEqual(took, [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const { results } = await undo(first);
  assert.ok(results.every(({ result }) => result === 'unchanged'));
  assert.equal(await stands('c'), false, 'the undo of the first brings back nothing of the second');
  await undo(ids[1] ?? '');
  for (const name of ['a', 'b', 'c', 'd']) assert.ok(await stands(name), name);
  await close();
});

test('a kubectl call stays one act, whatever is undone of it meanwhile', async () => {
  const { send, undo, acts, close } = await opened('a', 'b');
  const headers = { 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': 's1' };
  await send('a', { headers });
  await undo((await acts()).ids[0] ?? '');
  await send('b', { headers });
  assert.deepEqual((await acts()).took, [['a', 'b']]);
  await close();
});

for (const said of ['no', 'nothing'] as const) {
  test(`something of it is held and ${said} is said: the undo of the rest does not open the way`, async () => {
    const { send, undo, acts, stands, deps, close } = await opened('a', 'b', 'held');
    await send('a');
    assert.match(await send('held'), /held/);
    const [hold] = deps.desk.list();
    if (said === 'no') await deps.desk.answer(hold?.code ?? '', { as: 'denied', by: 'ben' }, 60_000);
    await undo((await acts()).ids[0] ?? '');
    const told = await send('b');
    if (said === 'no') assert.match(told, /ben said no to this act/);
    assert.equal(await stands('b'), said === 'no');
    assert.equal((await acts()).ids.length, 1);
    await close();
  });
}
