import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AskedRequest, Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { actRegistry } from './act-registry.ts';
import { requestHandler } from './request-handler.ts';

// One process is one act: another one that asks for the same shares the code, and never the act.

const AT = '/api/v1/namespaces/default/configmaps';
const RULES = `[{name: named, when: 'effect.name.startsWith("held")', then: hold}]`;
const curl = { 'user-agent': 'curl/8.5.0' };
const other = { 'user-agent': 'otherprog/1' };
const kubectl = (session: string) => ({ 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': session });

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

async function opened(waitSeconds = 0, lives: (process: string) => boolean = () => true) {
  for (const name of ['held', 'before', 'after'])
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }).catch(() => undefined);
  const policy = policyOf(RULES).replace('waitSeconds: 0', `waitSeconds: ${waitSeconds}`);
  const { deps, close, journal } = openWay(target.cluster, policy);
  const { ids, sessions, desk } = deps;
  deps.acts = actRegistry({
    journal,
    clock: testClock,
    ids,
    sessions,
    deniedAt: (id) => desk.deniedOf(id)?.at,
    clientOf: (port) => ({ pid: port, id: `${port}@1`, argv: [] }),
    lives,
  });
  const thinking = requestHandler(deps);
  const send = async (name: string, headers: AskedRequest['headers'], clientPort = 1): Promise<string> => {
    const request = asked('DELETE', `${AT}/${name}`, { headers, clientPort });
    const told = await thinking.judge(request);
    if (told.do === 'forward') thinking.settled(request.id, { status: 200, said: 'yes' });
    return textOf(told);
  };
  const yes = async () => {
    const [hold] = desk.list().filter(({ state }) => state === 'open');
    assert.ok(hold);
    await desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
  };
  /** Each act as its program and what it asked for, oldest first. */
  const told = async () => {
    const all = [];
    for (const act of (await journal.acts()).reverse()) {
      const requests = await journal.requests({ actId: act.id });
      all.push([act.caller.claim.name, ...requests.map(({ path }) => path.split('/').at(-1))].join(' '));
    }
    return all.sort();
  };
  return { deps, send, yes, told, close, thinking };
}

const textOf = (instruction: Instruction): string =>
  instruction.do === 'answer' ? JSON.parse(Buffer.from(instruction.body).toString()).message : 'forwarded';
const codeIn = (text: string) => /([A-Z0-9]{5}) HELD/.exec(text)?.[1];

test('another program repeats what is held: the same code, and an act of its own', async () => {
  const { deps, send, yes, told, close } = await opened();
  await send('before', curl, 1);
  const first = codeIn(await send('held', curl, 1));
  assert.equal(codeIn(await send('held', other, 2)), first);
  assert.equal(deps.desk.list().length, 1);
  assert.equal(await send('after', other, 2), 'forwarded');
  assert.deepEqual(await told(), ['curl before held', 'otherprog held after']);
  await yes();
  assert.equal(
    await send('held', other, 2),
    'forwarded',
    'a yes is for the request, whoever of the person sends it',
  );
  assert.deepEqual(await told(), ['curl before held', 'otherprog held after held']);
  await close();
});

test('two processes of one program: the living one keeps its act, a command typed again goes on in it', async () => {
  let alive = true;
  const { send, yes, told, close } = await opened(0, () => alive);
  await send('before', curl, 1);
  await send('held', curl, 1);
  await send('held', curl, 2);
  assert.deepEqual(await told(), ['curl before held', 'curl held']);
  alive = false;
  await yes();
  assert.equal(await send('held', curl, 3), 'forwarded');
  assert.equal(await send('after', curl, 3), 'forwarded');
  assert.deepEqual(await told(), ['curl before held held after', 'curl held']);
  await close();
});

test('kubectl waits: whoever else sends the same neither takes its place nor its act', async () => {
  const { deps, send, yes, told, close } = await opened(90);
  const waiting = send('held', kubectl('s1'));
  while (deps.desk.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [hold] = deps.desk.list();
  assert.equal(codeIn(await send('held', kubectl('s2'))), hold?.code);
  assert.equal(codeIn(await send('held', other)), hold?.code);
  assert.match(await send('after', kubectl('s2')), /HELD/, 'the rest of a held command waits with it');
  assert.equal(deps.desk.list().length, 1);
  await yes();
  assert.equal(await waiting, 'forwarded');
  assert.deepEqual(await told(), ['kubectl held', 'kubectl held after', 'otherprog held']);
  await close();
});

test('a no to the shared code ends each command that shares it', async () => {
  const { deps, send, close } = await opened(90);
  const waiting = send('held', kubectl('s1'));
  while (deps.desk.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await send('held', kubectl('s2'));
  await deps.desk.answer(deps.desk.list()[0]?.code ?? '', { as: 'denied', by: 'ben' }, 60_000);
  assert.match(await waiting, /ben said no/);
  assert.match(await send('after', kubectl('s2')), /ben said no to this act/);
  await close();
});
