import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import type { Hold, Journal } from '@toolcrib/model';
import { parse, stringify } from 'yaml';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';
import { codeOf, type GuardedTarget, openGuardedSandbox, type Reply, send } from '../testing/stage.ts';

// Two guards, each a process with a state folder of its own, over one journal in one file.

const policy = `
apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec:
  clusters: [{context: '*', mode: enforce}]
  rules: [{name: held-here, when: effect.resource == "limitranges", then: hold}]
`;
/** Milliseconds: long enough for a guard on a busy machine, short enough for a test that waits for its end. */
const LEASE = 12_000;

let cluster: GuardedTarget;
let homes: [GuardHome, GuardHome];
let one: RunningGuard;
let other: RunningGuard;
let journal: Journal;
before(async () => {
  cluster = await openGuardedSandbox();
  const config = parse(cluster.kubeconfig) as { contexts: { context: object }[] };
  const contexts = [{ name: 'prod', context: config.contexts[0]?.context }];
  const text = stringify({ ...config, contexts, 'current-context': 'prod' });
  homes = [guardHome(text, policy), guardHome(text, policy)];
  mkdirSync(homes[0].paths.journal, { mode: 0o700 });
  symlinkSync(homes[0].paths.journal, homes[1].paths.journal);
  one = await homes[0].start(undefined, { lease: LEASE });
  other = await homes[1].start(undefined, { lease: LEASE });
  journal = homes[1].journal();
});
after(async () => {
  await journal?.close();
  for (const guard of [one, other]) await guard?.kill();
  for (const home of homes ?? []) home.remove();
  await cluster?.target.close();
});

const yes = { as: 'as-sent' } as const;
const through = (guard: RunningGuard, path: string): Promise<Reply> =>
  send(guard, 'DELETE', path, { context: 'prod' });
async function limits(namespace: string, name: string): Promise<string> {
  const path = paths.core(namespace, 'limitranges');
  const spec = { limits: [{ type: 'Container', max: { cpu: '64' } }] };
  await put(cluster.target, path, { apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec });
  return `${path}/${name}`;
}
const stored = async (code: string): Promise<Hold> => {
  const hold = await journal.hold(code);
  assert.ok(hold, code);
  return hold;
};

test('what one holds the other sees, and neither closes it; a yes counts where it was held alone, once, and a no from either', () =>
  inNamespace(cluster.target, async (namespace) => {
    const [mine, theirs] = [await limits(namespace, 'mine'), await limits(namespace, 'theirs')];
    const codes = [codeOf(await through(one, mine)), codeOf(await through(other, theirs))] as const;
    await until('both are written down', async () => (await journal.holds({ state: 'open' })).length === 2);
    for (const guard of [one, other])
      assert.deepEqual((await guard.api.holds()).map(({ code }) => code).sort(), [...codes].sort());
    // One more that starts closes what an earlier life left, and nothing of these two.
    await other.stop();
    assert.equal((await stored(codes[0])).state, 'open');
    other = await homes[1].start(undefined, { lease: LEASE });
    await until(
      'what its forerunner left is closed',
      async () => (await stored(codes[1])).state === 'expired',
    );
    assert.equal((await stored(codes[0])).state, 'open');
    assert.equal((await one.api.hold(codes[0])).state, 'open');

    // An agent may have started the other one, which knows none of the first one's runs.
    await assert.rejects(other.api.answer(codes[0], yes), { code: 'conflict', message: /another guard/ });
    assert.equal((await stored(codes[0])).state, 'open');
    assert.equal((await through(one, mine)).status, 403);
    assert.ok(await seen(cluster.target, mine));
    await one.api.answer(codes[0], yes);
    // The other guard has nothing by that yes: it holds the same for itself.
    const anew = await through(other, mine);
    assert.equal(anew.status, 403);
    assert.notEqual(codeOf(anew), codes[0]);
    assert.ok(await seen(cluster.target, mine));
    assert.equal((await through(one, mine)).status, 200);
    assert.equal((await stored(codes[0])).state, 'used');
    assert.equal(await seen(cluster.target, mine), undefined);
    await limits(namespace, 'mine');
    assert.equal((await through(one, mine)).status, 403, 'once');

    const again = codeOf(await through(other, theirs));
    await until('it is written down', async () => (await journal.hold(again)) !== undefined);
    await one.api.answer(again, { as: 'denied' });
    await until('its own guard knows', async () => (await other.api.hold(again)).state === 'denied');
    await assert.rejects(other.api.answer(again, yes), { code: 'conflict' });
    assert.notEqual((await through(other, theirs)).status, 200);
    assert.ok(await seen(cluster.target, theirs));
  }));

test('a yes that was only written into the journal lets nothing go', () =>
  inNamespace(cluster.target, async (namespace) => {
    const path = await limits(namespace, 'forged');
    const code = codeOf(await through(one, path));
    await until('it is written down', async () => (await journal.hold(code)) !== undefined);
    const answer = { as: 'as-sent', by: 'nobody', at: Date.now() } as const;
    await journal.saveHold({ ...(await stored(code)), state: 'approved', answer });
    await until('its own guard has found it', async () => (await stored(code)).state === 'void');
    const anew = await through(one, path);
    assert.equal(anew.status, 403);
    assert.notEqual(codeOf(anew), code);
    assert.ok(await seen(cluster.target, path));
  }));

test('one that is killed: what it held and what was approved is the other’s to close once its lease has ended, not before', () =>
  inNamespace(cluster.target, async (namespace) => {
    const [open, approved] = [await limits(namespace, 'open'), await limits(namespace, 'approved')];
    const codes = [codeOf(await through(one, open)), codeOf(await through(one, approved))] as const;
    await one.api.answer(codes[1], yes);
    const { guard } = await stored(codes[0]);
    await one.kill();
    // It is not told anything: the lease of the other runs still.
    const before = await stored(codes[0]);
    assert.deepEqual([before.state, before.guard], ['open', guard]);
    await until('the lease has ended', async () => (await stored(codes[0])).state === 'expired', 10 * LEASE);
    await until('both are closed', async () => (await stored(codes[1])).state === 'expired');
    const heirs = [await stored(codes[0]), await stored(codes[1])].map((hold) => hold.guard);
    assert.equal(new Set(heirs).size, 1);
    assert.notEqual(heirs[0], guard);
    // Nobody can use that yes any more, nor give one.
    assert.equal((await through(other, approved)).status, 403);
    await assert.rejects(other.api.answer(codes[0], yes));
    assert.ok(await seen(cluster.target, open));
    one = await homes[0].start(undefined, { lease: LEASE });
    assert.equal((await through(one, approved)).status, 403);
  }));

test('one that stood still for longer than its lease sends nothing by a yes that it had', () =>
  inNamespace(cluster.target, async (namespace) => {
    const path = await limits(namespace, 'still');
    const code = codeOf(await through(one, path));
    await one.api.answer(code, yes);
    process.kill(one.pid, 'SIGSTOP');
    try {
      await until('it is taken over', async () => (await stored(code)).state === 'expired', 10 * LEASE);
    } finally {
      process.kill(one.pid, 'SIGCONT');
    }
    await until('it goes on', async () => {
      const reply = await through(one, path);
      assert.notEqual(reply.status, 200);
      return reply.status === 403 && codeOf(reply) !== code;
    });
    assert.ok(await seen(cluster.target, path));
    // As a guard like any other.
    const again = codeOf(await through(one, path));
    await until('it can be answered', async () => {
      const given = await one.api.answer(again, yes).catch(() => undefined);
      return given?.state === 'approved';
    });
    assert.equal((await through(one, path)).status, 200);
  }));
