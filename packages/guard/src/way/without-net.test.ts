import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Journal, ToolcribError } from '@toolcrib/model';
import { leaseView } from '../lease/lease.ts';
import { stampedJournal } from '../lease/stamped-journal.ts';
import type { Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { judge } from './judge.ts';

// What a guard may still do of its own, where its journal says that another may have it by now.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const full = () => Promise.reject(new ToolcribError('journal', 'the disk is full'));
const answered = (told: Instruction) => {
  assert.ok(told.do === 'answer', told.do);
  return { status: told.status, body: JSON.parse(Buffer.from(told.body).toString()) };
};

/** The guard `a` before a ConfigMap; by its own clock its lease goes on for long. */
async function guardA(namespace: string, fails: Partial<Journal>) {
  const at = paths.core(namespace, 'configmaps');
  await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const leases: ReturnType<typeof leaseView>[] = [];
  const way = openWay(target.cluster, policyOf('[]'), (journal) => {
    const lease = leaseView(
      { journal, clock: testClock },
      { guard: 'a', until: Number.POSITIVE_INFINITY, inherited: [] },
    );
    leases.push(lease);
    return stampedJournal({ ...journal, ...fails }, lease);
  });
  await way.journal.renewLease('a', Date.now() + 600_000);
  const deps = { ...way.deps, lease: leases[0] ?? way.deps.lease };
  const states = async () => {
    const acts = await way.journal.acts();
    const all = await Promise.all(acts.map(({ id }) => way.journal.requests({ actId: id })));
    return all.flat().map(({ state }) => state);
  };
  return { ...way, deps, states, send: () => judge(deps, asked('DELETE', `${at}/a`)) };
}

/** Held as what can't be kept, and a person has typed its name. */
async function letGo({ deps, send }: Awaited<ReturnType<typeof guardA>>): Promise<void> {
  const code = answered(await send()).body.details.causes[0].message;
  await deps.desk.answer(code, { as: 'as-sent', by: 'ben', withoutNet: true }, 60_000);
}

test('without a net nothing goes that another guard may have by now; it is held no more, and said', () =>
  inNamespace(target, async (namespace) => {
    const guard = await guardA(namespace, { keep: full });
    await letGo(guard);
    await guard.journal.endLease('a');
    const { status, body } = answered(await guard.send());
    assert.equal(status, 503);
    assert.match(body.message, /stood still.*not sent/);
    assert.deepEqual(await guard.states(), ['refused', 'refused']);
    assert.equal(guard.deps.onTheWay.count(), 0);
    await guard.close();
  }));

for (const [what, fails, written] of [
  ['where the lease runs it is written down and goes', { keep: full }, ['refused', 'without-net']],
  [
    'a journal that can’t be written at all stops it no more than that',
    { keep: full, saveRequest: full },
    [],
  ],
] as const)
  test(what, () =>
    inNamespace(target, async (namespace) => {
      const guard = await guardA(namespace, fails);
      await letGo(guard);
      assert.equal((await guard.send()).do, 'forward');
      assert.deepEqual(await guard.states(), written);
      await guard.close();
    }),
  );

test('nor is anybody asked to let it go without a net: that it is another’s is no want of a net', () =>
  inNamespace(target, async (namespace) => {
    const guard = await guardA(namespace, {});
    await guard.journal.endLease('a');
    assert.equal(answered(await guard.send()).status, 503);
    assert.deepEqual(guard.deps.desk.list(), []);
    await guard.close();
  }));
