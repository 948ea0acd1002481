import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Journal, ToolcribError } from '@toolcrib/model';
import { holdDesk } from '../hold/desk.ts';
import { leaseView } from '../lease/lease.ts';
import type { Instruction } from '../request.ts';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { judge } from './judge.ts';

// A journal that can't be written for longer than the guard's lease: a person can let things go all the same.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const codeOf = (told: Instruction): string =>
  told.do === 'answer' ? JSON.parse(Buffer.from(told.body).toString()).details.causes[0].message : told.do;

test('what was held before is held anew, once, and goes by a yes to that', () =>
  inNamespace(target, async (namespace) => {
    const at = paths.core(namespace, 'configmaps');
    await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    let [full, isOver] = [false, false];
    const mayFail = <Part extends object>(part: Part): Part =>
      new Proxy(part, {
        get: (of, name) =>
          full
            ? () => Promise.reject(new ToolcribError('journal', 'the disk is full'))
            : Reflect.get(of, name),
      });
    const lease = leaseView(
      {
        journal: mayFail({ renewLease: async () => true }),
        clock: { ...testClock, now: () => Date.now() + (isOver ? 60_000 : 0) },
      },
      { guard: 'a', until: Date.now() + 60_000, inherited: [] },
    );
    const desk = holdDesk({
      clock: testClock,
      journal: mayFail(holdsInMemory()),
      lease,
      log: () => undefined,
    });
    const way = openWay(
      target.cluster,
      policyOf('[{name: all, when: "true", then: hold}]'),
      (journal: Journal) => mayFail(journal),
    );
    const deps = { ...way.deps, desk, lease };
    const send = () => judge(deps, asked('DELETE', `${at}/a`));
    const yes = { as: 'as-sent', by: 'ben', withoutNet: true } as const;
    const first = codeOf(await send());
    await desk.look();
    full = true;
    assert.equal(codeOf(await send()), first, 'as long as the lease runs memory decides');
    isOver = true;
    assert.equal(await desk.answer(first, yes, 60_000), 'unwritten');
    const anew = codeOf(await send());
    assert.notEqual(anew, first);
    assert.deepEqual([desk.get(first)?.state, desk.get(anew)?.needsName], ['void', 'a']);
    assert.equal(codeOf(await send()), anew, 'whoever has read the code can use it');
    const given = await desk.answer(anew, yes, 60_000);
    assert.equal(typeof given === 'object' && given.state, 'approved');
    assert.equal((await send()).do, 'forward');
    assert.notEqual((await send()).do, 'forward', 'once');
    full = false;
    await way.close();
  }));
