import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { KubeObject } from '@toolcrib/kube';
import type { AskedRequest, Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { actRegistry } from './act-registry.ts';
import { judge } from './judge.ts';

// helm writes its record again before each hook of an uninstall: one yes is for all of that, and for nothing else.

const CORE = '/api/v1/namespaces/default';
const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const RULES = `[{name: releases, when: 'effect.resource == "releases"', then: hold}]`;
const helm = { 'user-agent': 'Helm/3.17.3', 'content-type': 'application/json' };

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const job = (name: string) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name } });
const nameOf = (release: string) => `sh.helm.release.v1.${release}.v1`;
const pathOf = (release: string) => `${CORE}/secrets/${nameOf(release)}`;

function record(release: string, status: string): KubeObject {
  const hook = { manifest: JSON.stringify(job(`${release}-hook`)), events: ['pre-delete'] };
  const other = { manifest: JSON.stringify(job(`${release}-test`)), events: ['test'] };
  const manifest = JSON.stringify(map(release));
  const text = JSON.stringify({ name: release, namespace: 'default', manifest, hooks: [hook, other] });
  const packed = Buffer.from(gzipSync(text).toString('base64')).toString('base64');
  const labels = { name: release, owner: 'helm', status, version: '1' };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: nameOf(release), labels },
    data: { release: packed },
  };
}

async function stored(release: string, status: string): Promise<void> {
  await target.https('DELETE', `${CORE}/configmaps/${release}`);
  await put(target, `${CORE}/configmaps`, map(release));
  await written(release, status);
}

/** By whomever: in place, as helm does it. */
async function written(release: string, status: string): Promise<void> {
  if (await seen(target, pathOf(release)))
    await target.https('PUT', pathOf(release), record(release, status));
  else await put(target, `${CORE}/secrets`, record(release, status));
}

const textOf = (told: Instruction): string =>
  told.do === 'answer' ? JSON.parse(Buffer.from(told.body).toString()).message : 'forwarded';

/** @param argv of the processes, by their port; absent where the machine tells none */
function opened(argv?: (port: number) => string[]) {
  let now = 1_000_000;
  const clock = { ...testClock, now: () => now };
  const { deps, close, journal } = openWay(target.cluster, policyOf(RULES), undefined, clock);
  const { ids, sessions, desk } = deps;
  deps.acts = actRegistry({
    journal,
    clock,
    ids,
    sessions,
    deniedAt: (id) => desk.deniedOf(id)?.at,
    ...(argv ? { clientOf: (port: number) => ({ pid: port, id: `${port}@1`, argv: argv(port) }) } : {}),
  });
  const send = async (method: string, path: string, more: Partial<AskedRequest>) =>
    textOf(await judge(deps, asked(method, path, { clientPort: 1, headers: helm, ...more })));
  return {
    deps,
    close,
    wait: (ms: number) => void (now += ms),
    /** The write of a record that begins or goes on with an uninstall; it is carried out where it is let go. */
    async write(release = 'web', more: Partial<AskedRequest> = {}) {
      const body = Buffer.from(JSON.stringify({ ...record(release, 'uninstalling'), at: now }));
      const told = await send('PUT', pathOf(release), { body, ...more });
      if (told === 'forwarded') await written(release, 'uninstalling');
      return told;
    },
    gone: (name: string, more: Partial<AskedRequest> = {}) =>
      send('DELETE', `${CORE}/configmaps/${name}`, more),
    made: (object: KubeObject, more: Partial<AskedRequest> = {}) =>
      send('POST', JOBS, { body: Buffer.from(JSON.stringify(object)), ...more }),
    applied: (name: string) => send('PATCH', `${JOBS}/${name}`, { body: Buffer.from('{}') }),
    async yes() {
      const hold = desk.list().find(({ state }) => state === 'open');
      assert.ok(hold);
      await desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
    },
  };
}

const HELM = () => ['helm', 'uninstall', 'web'];

describe('answered with yes', () => {
  beforeEach(async () => {
    for (const release of ['web', 'other']) await stored(release, 'deployed');
  });

  /** Held, approved and begun. */
  async function begun(argv: ((port: number) => string[]) | undefined = HELM) {
    const way = opened(argv);
    assert.match(await way.write(), /HELD/);
    await way.yes();
    assert.equal(await way.write(), 'forwarded');
    return way;
  }

  for (const [machine, argv, hook] of [
    ['one helm uninstall', HELM, 40 * 60_000],
    ['a program that does other things too', () => ['k9s'], 5 * 60_000],
    ['where no machine tells the process', undefined, 5 * 60_000],
  ] as const) {
    test(`${machine}: its later writes go, whatever its hooks take, and then its deletes`, async () => {
      const { write, gone, wait, deps, close } = await begun(argv);
      wait(hook);
      assert.equal(await write(), 'forwarded');
      wait(1000);
      assert.equal(await gone('web'), 'forwarded');
      wait(hook);
      assert.equal(await write(), 'forwarded');
      assert.equal(deps.desk.list().filter(({ state }) => state === 'open').length, 0);
      assert.equal((await deps.journal.acts()).length, 1);
      await close();
    });
  }

  for (const [machine, argv, hook] of [
    ['one helm uninstall', HELM, 40 * 60_000],
    ['a program that does other things too', () => ['k9s'], 5 * 60_000],
  ] as const)
    test(`${machine}: as long as its yes would be used, it can be taken back`, async () => {
      const { write, gone, wait, deps, close } = await begun(argv);
      const [hold] = deps.desk.list();
      for (let times = 0; times < 2; times++) {
        wait(hook);
        // What others ask for meanwhile clears the desk.
        deps.desk.openFor('somebody', 'else');
        if (times === 0) assert.equal(await write(), 'forwarded');
      }
      assert.equal(deps.desk.list().find(({ code }) => code === hold?.code)?.state, hold?.state);
      const no = { as: 'denied', by: 'ben' } as const;
      assert.equal(typeof (await deps.desk.answer(hold?.code ?? '', no, 60_000)), 'object');
      assert.match(await write(), /ben said no/);
      assert.match(await gone('web'), /ben said no/);
      await close();
    });

  test('its time is no longer than that, and no yes is given by it', async () => {
    const { write, wait, deps, close } = await begun(() => ['k9s']);
    const [hold] = deps.desk.list();
    wait(5 * 60_000);
    const again = { as: 'as-sent', by: 'ben', withoutNet: false } as const;
    assert.equal(await deps.desk.answer(hold?.code ?? '', again, 60_000), 'closed');
    deps.desk.giveBack(hold?.code ?? '');
    assert.equal(deps.desk.seePass('aiko', hold?.requestKey ?? ''), undefined);
    wait(2 * 60_000);
    assert.equal(await deps.desk.answer(hold?.code ?? '', { as: 'denied', by: 'ben' }, 60_000), 'closed');
    assert.match(await write(), /HELD/);
    await close();
  });

  test('what was stopped before the yes stays stopped, until its record is written by it', async () => {
    const { write, gone, made, yes, close } = opened(HELM);
    assert.match(await write(), /HELD/);
    yes();
    assert.match(await gone('web'), /stopped before/);
    assert.match(await made(job('web-hook')), /stopped before/);
    assert.equal(await write(), 'forwarded');
    assert.equal(await made(job('web-hook')), 'forwarded');
    assert.equal(await gone('web'), 'forwarded');
    await close();
  });

  test('not another release of the same program', async () => {
    const { write, close } = await begun(() => ['k9s']);
    assert.match(await write('other'), /HELD/);
    await close();
  });

  test('not another process', async () => {
    const { write, close } = await begun();
    assert.match(await write('web', { clientPort: 2 }), /HELD/);
    assert.equal(await write(), 'forwarded', 'nor is the first one ended by that');
    await close();
  });

  test('not as somebody else', async () => {
    const { write, close } = await begun();
    const headers = {
      ...helm,
      'impersonate-user': 'kubernetes-admin',
      'impersonate-group': 'system:masters',
    };
    assert.match(await write('web', { headers }), /HELD/);
    await close();
  });

  test('not once its record was written to deployed again', async () => {
    const { write, close } = await begun();
    await written('web', 'deployed');
    assert.match(await write(), /HELD/);
    await close();
  });

  test('not a record made anew meanwhile, nor what it deletes after that', async () => {
    const { write, gone, close } = await begun();
    await target.https('DELETE', pathOf('web'));
    await stored('web', 'uninstalling');
    assert.match(await write(), /no longer what was approved/);
    assert.match(await gone('web'), /its uninstall was refused/);
    assert.match(await write(), /HELD/, 'asked anew');
    await close();
  });

  test('not for ever, where its program does other things too', async () => {
    const { write, wait, close } = await begun(() => ['k9s']);
    wait(10 * 60_000);
    assert.match(await write(), /HELD/);
    await close();
  });

  test('a hook that it makes is nobody else to stop', async () => {
    const { made, close } = await begun();
    assert.equal(await made(job('web-hook')), 'forwarded');
    await close();
  });
});

describe('not answered', () => {
  beforeEach(() => stored('web', 'deployed'));

  test('none of its hooks is made, in whichever form; all else is', async () => {
    const { write, made, applied, deps, close } = opened(HELM);
    assert.match(await write(), /HELD/);
    const [hold] = deps.desk.list();
    assert.deepEqual(deps.hooks.keys(), [JSON.stringify(['prod', 'batch', 'jobs', 'default'])]);
    for (const told of [await made(job('web-hook')), await applied('web-hook')])
      assert.ok(told.startsWith(`${hold?.code} HELD by toolcrib: `), told);
    assert.equal(await made(job('web-test')), 'forwarded');
    assert.equal(await made(job('web-hook'), { clientPort: 2 }), 'forwarded', 'another program');
    await close();
  });

  test('said no to, none is made either', async () => {
    const { write, made, deps, close } = opened(HELM);
    await write();
    await deps.desk.answer(deps.desk.list()[0]?.code ?? '', { as: 'denied', by: 'ben' }, 60_000);
    assert.match(await made(job('web-hook')), /ben said no to its uninstall/);
    await close();
  });

  test('its record can not be read: no Job and no Pod is made in its place', async () => {
    await target.https('PUT', pathOf('web'), { ...record('web', 'deployed'), data: { release: 'aGVsbG8=' } });
    const { write, made, close } = opened(HELM);
    assert.match(await write(), /HELD/);
    assert.match(await made(job('any')), /HELD/);
    await close();
  });

  test('a program that does other things too may make it after a pause', async () => {
    const { write, made, wait, deps, close } = opened(() => ['k9s']);
    await write();
    wait(61_000);
    assert.deepEqual(deps.hooks.keys(), []);
    assert.equal(await made(job('web-hook')), 'forwarded');
    await close();
  });
});

test('older helm writes its record under one User-Agent and deletes under another: one process is one act', async () => {
  await stored('web', 'deployed');
  const { write, gone, deps, close } = opened(HELM);
  assert.match(await write('web', { headers: { ...helm, 'user-agent': 'Go-http-client/1.1' } }), /HELD/);
  const [hold] = deps.desk.list();
  assert.ok((await gone('web')).startsWith(`${hold?.code} HELD by toolcrib: `));
  await close();
});

test('two User-Agents of a program that does other things too are two acts', async () => {
  await stored('web', 'deployed');
  const { write, gone, close } = opened(() => ['k9s']);
  await write('web', { headers: { ...helm, 'user-agent': 'other/1' } });
  assert.equal(await gone('web'), 'forwarded');
  await close();
});
