import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AskedRequest, Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// A yes is used by whoever sends the same again: the whole of it goes there, or nothing does.

const AT = '/api/v1/namespaces/default/limitranges';
const tool = { name: 'kubectl', sha256: 'ab' };
const SPEC = { limits: [{ type: 'Container', max: { cpu: '64' } }] };

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const textOf = (told: Instruction): string =>
  told.do === 'answer' ? JSON.parse(Buffer.from(told.body).toString()).message : 'forwarded';

let count = 0;
/** Three like objects, and a try of a command that goes through all of them. */
async function opened(waitSeconds = 0) {
  const label = `l${++count}`;
  const names = ['a', 'b', 'c'].map((name) => `${name}-${label}`);
  for (const name of names)
    await put(target, AT, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name, labels: { of: label } },
      spec: SPEC,
    });
  const policy = policyOf('[{name: all, when: "true", then: hold}]');
  const { deps, close, journal } = openWay(
    target.cluster,
    policy.replace('waitSeconds: 0', `waitSeconds: ${waitSeconds}`),
  );
  const { desk } = deps;
  /** @returns what its n-th request is answered */
  const command = (session: string, more: Partial<AskedRequest>) => {
    deps.sessions.notice({ context: 'prod', session, path: AT, query: `labelSelector=of=${label}` });
    const headers = { 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': session };
    return async (n: number) =>
      textOf(await judge(deps, asked('DELETE', `${AT}/${names[n]}`, { headers, ...more })));
  };
  const yes = () => {
    const hold = desk.list().find(({ state }) => state === 'open');
    assert.ok(hold);
    return desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
  };
  return { deps, journal, close, command, yes };
}

const tries: [string, Partial<AskedRequest>, Partial<AskedRequest>][] = [
  ['two runs, a token each', { tokenId: 'run-1', tool }, { tokenId: 'run-2', tool }],
  ["an agent's two runs", { tokenId: 'run-1', tool, agent: true }, { tokenId: 'run-2', tool, agent: true }],
  ['one terminal', {}, {}],
];
for (const [how, first, second] of tries) {
  describe(how, () => {
    test('typed again after the yes: all of it goes, as one act', async () => {
      const { deps, journal, command, yes, close } = await opened();
      assert.match(await command('s1', first)(0), /HELD/);
      await yes();
      const again = command('s2', second);
      for (const n of [0, 1, 2]) assert.equal(await again(n), 'forwarded');
      assert.equal(deps.desk.list().filter(({ state }) => state === 'open').length, 0);
      assert.equal((await journal.acts()).length, 1);
      await close();
    });

    test('typed again before the yes, and waiting: all of it goes', async () => {
      const { deps, command, yes, close } = await opened(90);
      const gone = command('s1', first)(0);
      while (deps.desk.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      deps.desk.gone(deps.desk.list()[0]?.requestId ?? '');
      assert.match(await gone, /HELD/);
      const again = command('s2', second);
      const waiting = again(0);
      while (!deps.desk.list()[0]?.waiting) await new Promise((resolve) => setTimeout(resolve, 5));
      await yes();
      assert.equal(await waiting, 'forwarded');
      for (const n of [1, 2]) assert.equal(await again(n), 'forwarded');
      await close();
    });
  });
}

const others: [string, Partial<AskedRequest>][] = [
  ['another tool', { tokenId: 'run-2', tool: { name: 'kubectl', sha256: 'cd' } }],
  ['an agent', { tokenId: 'run-2', tool, agent: true }],
  ['no run at all', { tokenId: 't1' }],
  ['another person', { tokenId: 'run-2', tool, person: 'ben' }],
];
for (const [who, more] of others) {
  test(`a yes to a run is none to ${who}: nothing of it goes`, async () => {
    const { command, yes, close } = await opened();
    await command('s1', { tokenId: 'run-1', tool })(0);
    await yes();
    const other = command('s2', more);
    for (const n of [0, 1, 2]) assert.match(await other(n), /HELD/);
    await close();
  });
}

test('who uses the yes has all of it: nothing is left to who was refused', async () => {
  const { command, yes, close } = await opened();
  const first = command('s1', { tokenId: 'run-1', tool });
  await first(0);
  await yes();
  assert.equal(await command('s2', { tokenId: 'run-2', tool })(0), 'forwarded');
  assert.match(await first(1), /HELD/);
  await close();
});
