import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { actRegistry } from './act-registry.ts';
import { judge } from './judge.ts';

// kubectl before 1.22 tells no session; where the machine tells its process and command line, that is one command as well.

const AT = '/api/v1/namespaces/default';
const headers = { 'user-agent': 'kubectl/v1.20.15 (linux/amd64) kubernetes/8f1e5bf' };
const RULES = `[{name: limits, when: 'effect.resource == "limitranges"', then: hold}]`;

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const textOf = (told: Instruction): string =>
  told.do === 'answer' ? JSON.parse(Buffer.from(told.body).toString()).message : 'forwarded';

async function opened(argv: string[]) {
  const one = { apiVersion: 'v1', metadata: { name: 'old' } };
  const spec = { limits: [{ type: 'Container', max: { cpu: '64' } }] };
  await put(target, `${AT}/limitranges`, { ...one, kind: 'LimitRange', spec }).catch(() => undefined);
  await put(target, `${AT}/configmaps`, { ...one, kind: 'ConfigMap' }).catch(() => undefined);
  const { deps, close, journal } = openWay(target.cluster, policyOf(RULES));
  const { ids, sessions, desk } = deps;
  deps.acts = actRegistry({
    journal,
    clock: testClock,
    ids,
    sessions,
    deniedAt: (id) => desk.deniedOf(id)?.at,
    clientOf: (port) => ({ pid: port, id: `${port}@1`, argv }),
    lives: () => false,
  });
  const send = async (resource: string, clientPort: number) =>
    textOf(await judge(deps, asked('DELETE', `${AT}/${resource}/old`, { headers, clientPort })));
  return { deps, journal, close, send };
}

test('its delete of several kinds is one question with one tree, and one yes', async () => {
  const { deps, journal, send, close } = await opened([
    '/usr/bin/kubectl',
    'delete',
    'limitranges/old',
    'cm/old',
  ]);
  assert.match(await send('limitranges', 1), /HELD/);
  const [hold] = deps.desk.list();
  assert.deepEqual(hold?.radius.targets.map(({ kind }) => kind).sort(), ['ConfigMap', 'LimitRange']);
  assert.ok((await send('configmaps', 1)).startsWith(`${hold?.code} HELD by toolcrib: `), 'refused with it');
  await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
  for (const resource of ['limitranges', 'configmaps']) assert.equal(await send(resource, 2), 'forwarded');
  assert.equal(deps.desk.list().length, 1);
  assert.equal((await journal.acts()).length, 1);
  await close();
});

test('what a program of another kind sends is judged by itself', async () => {
  const { send, close } = await opened(['python', 'clean.py']);
  assert.match(await send('limitranges', 1), /HELD/);
  assert.equal(await send('configmaps', 1), 'forwarded');
  await close();
});
