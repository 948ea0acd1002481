import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ACT_PAUSE } from '../act/group.ts';
import type { Instruction } from '../request.ts';
import { KEPT, map, record } from '../testing/helm-record.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import type { WayDeps } from '../way/deps.ts';
import { judge } from '../way/judge.ts';

// helm's first write of an uninstall, in each form in which a record may stand, and what may be wrong with it.

const CORE = '/api/v1/namespaces/default';
const RULES = `[{name: maps, when: 'radius.objects > 2', then: hold}]`;

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const helm = { 'user-agent': 'Helm/4.1.4', 'content-type': 'application/json' };
const write = (path: string, body: unknown) =>
  asked('PUT', path, { headers: helm, body: Buffer.from(JSON.stringify(body)) });
const textOf = (told: Instruction): string =>
  told.do === 'answer' ? JSON.parse(Buffer.from(told.body).toString()).message : 'forwarded';

for (const kind of ['Secret', 'ConfigMap'] as const) {
  describe(`records in a ${kind}`, () => {
    const at = `${CORE}/${kind.toLowerCase()}s`;
    const path = `${at}/sh.helm.release.v1.web.v1`;
    beforeEach(async () => {
      for (const name of ['a', 'b', 'kept', 'sh.helm.release.v1.web.v1', 'bystander'])
        for (const resource of ['configmaps', 'secrets'])
          await target.https('DELETE', `${CORE}/${resource}/${name}`);
      for (const one of [map('a'), map('b'), map('kept', KEPT), map('bystander')])
        await put(target, `${CORE}/configmaps`, one);
      await put(target, at, record(kind, 'deployed'));
    });

    test('held as the whole that it begins, without what the chart keeps; the deletes are refused with it', async () => {
      const { deps, close, journal } = openWay(target.cluster, policyOf(RULES));
      const told = textOf(await judge(deps, write(path, record(kind, 'uninstalling'))));
      assert.match(told, /^[A-Z0-9]{5} HELD by toolcrib: /);
      const [hold] = deps.desk.list();
      assert.deepEqual(
        hold?.radius.targets.map(({ name }) => name),
        ['a', 'b', 'sh.helm.release.v1.web.v1'],
      );
      // helm goes on all the same.
      const gone = textOf(await judge(deps, asked('DELETE', `${CORE}/configmaps/a`, { headers: helm })));
      assert.ok(gone.startsWith(`${hold?.code} HELD by toolcrib: `), gone);
      assert.deepEqual(
        (await journal.acts()).map(({ title }) => title),
        ['helm uninstall default/web'],
      );
      // A yes is for what was shown, and for that alone.
      await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
      const again = write(path, { ...record(kind, 'uninstalling'), modifiedAt: 'later' });
      assert.equal(textOf(await judge(deps, again)), 'forwarded');
      const [act] = await journal.acts();
      const [snapshot] = await journal.snapshotsOf(act?.id ?? '');
      assert.deepEqual(
        snapshot?.objects.map(({ metadata }) => [metadata.name, metadata.labels?.status]),
        [['sh.helm.release.v1.web.v1', 'deployed']],
        'the record is kept as it stood before',
      );
      for (const name of ['a', 'b'])
        assert.equal(
          textOf(await judge(deps, asked('DELETE', `${CORE}/configmaps/${name}`, { headers: helm }))),
          'forwarded',
        );
      assert.equal((await journal.acts()).length, 1);
      await close();
    });

    test('an upgrade writes its records as ever', async () => {
      const { deps, close, journal } = openWay(
        target.cluster,
        policyOf('[{name: all, when: "true", then: hold}]'),
      );
      for (const status of ['superseded', 'deployed', 'failed', 'uninstalled'])
        assert.equal(textOf(await judge(deps, write(path, record(kind, status)))), 'forwarded');
      assert.deepEqual(await journal.acts(), []);
      await close();
    });

    test('by a rule that denies it, its deletes are refused too', async () => {
      const rule = `[{name: no, when: 'effect.resource == "releases" && effect.name == "web"', then: deny}]`;
      const { deps, close } = openWay(target.cluster, policyOf(rule));
      assert.match(textOf(await judge(deps, write(path, record(kind, 'uninstalling')))), /rule no/);
      const one = asked('DELETE', `${CORE}/configmaps/a`, { headers: helm });
      assert.match(textOf(await judge(deps, one)), /its uninstall was refused/);
      // Another program is not meant by it.
      const other = asked('DELETE', `${CORE}/configmaps/bystander`);
      assert.equal(textOf(await judge(deps, other)), 'forwarded');
      await close();
    });

    describe('of a program that does other things too', () => {
      const gone = async (deps: WayDeps, name: string, more = helm) =>
        textOf(await judge(deps, asked('DELETE', `${CORE}/configmaps/${name}`, { headers: more })));
      const begun = async (deps: WayDeps) =>
        textOf(await judge(deps, write(path, record(kind, 'uninstalling'))));
      const timed = (rules: string) => {
        let now = 1_000_000;
        const way = openWay(target.cluster, policyOf(rules), undefined, { ...testClock, now: () => now });
        return { ...way, wait: (ms: number) => void (now += ms) };
      };

      test('refused by a rule: only what it was about to delete is refused, and only for a pause after its last try', async () => {
        const { deps, close, wait } = timed(
          `[{name: no, when: 'effect.resource == "releases"', then: deny}]`,
        );
        assert.match(await begun(deps), /rule no/);
        assert.equal(await gone(deps, 'bystander'), 'forwarded', 'it is no part of the release');
        assert.equal(await gone(deps, 'kept'), 'forwarded', 'its chart keeps it');
        wait(ACT_PAUSE - 1);
        assert.match(await gone(deps, 'a'), /its uninstall was refused/);
        // A large release takes its time.
        wait(ACT_PAUSE - 1);
        assert.match(await gone(deps, 'b'), /its uninstall was refused/);
        // Tried a second time it is no step of the uninstall: it does not go on for ever.
        wait(ACT_PAUSE - 1);
        assert.match(await gone(deps, 'b'), /its uninstall was refused/);
        wait(2);
        assert.equal(await gone(deps, 'b'), 'forwarded');
        await close();
      });

      test('held: the rest of the release waits for it, and nothing else does', async () => {
        const { deps, close, wait } = timed(RULES);
        const held = await begun(deps);
        const [hold] = deps.desk.list();
        assert.ok(hold && held.startsWith(`${hold.code} HELD by toolcrib`), held);
        assert.equal(await gone(deps, 'bystander'), 'forwarded');
        assert.ok((await gone(deps, 'a')).startsWith(`${hold.code} HELD by toolcrib`));
        // Made anew meanwhile, it has the name that helm deletes all the same.
        await target.https('DELETE', `${CORE}/configmaps/b`);
        await put(target, `${CORE}/configmaps`, map('b'));
        assert.ok((await gone(deps, 'b')).startsWith(`${hold.code} HELD by toolcrib`));
        wait(ACT_PAUSE + 1);
        assert.equal(await gone(deps, 'a'), 'forwarded');
        await close();
      });

      test('another release has a question of its own', async () => {
        const { deps, close } = timed(`[{name: all, when: 'effect.resource == "releases"', then: hold}]`);
        await begun(deps);
        const other = record(kind, 'uninstalling');
        const name = 'sh.helm.release.v1.other.v1';
        await target.https('DELETE', `${at}/${name}`);
        await put(target, at, { ...other, metadata: { ...other.metadata, name } });
        const told = textOf(
          await judge(deps, write(`${at}/${name}`, { ...other, metadata: { ...other.metadata, name } })),
        );
        const codes = deps.desk.list().map(({ code }) => code);
        assert.equal(codes.length, 2);
        assert.ok(told.startsWith(`${codes[1]} HELD by toolcrib`), told);
        await close();
      });

      test('denied: after the pause what it was about to delete is asked for by itself', async () => {
        const { deps, close, wait } = timed('[{name: all, when: "true", then: hold}]');
        await begun(deps);
        const [hold] = deps.desk.list();
        await deps.desk.answer(hold?.code ?? '', { as: 'denied', by: 'ben' }, 60_000);
        assert.match(await gone(deps, 'a'), /ben said no to this act/);
        wait(ACT_PAUSE + 1);
        const [, own] = [await gone(deps, 'a'), deps.desk.list().at(-1)];
        assert.notEqual(own?.code, hold?.code);
        assert.equal(own?.state, 'open');
        await close();
      });

      test('its record can not be read: nobody knows what it would take, so for a pause all of its deletes wait', async () => {
        await target.https('DELETE', path);
        await put(target, at, { ...record(kind, 'deployed'), data: { release: 'aGVsbG8=' } });
        const { deps, close, wait } = timed(
          `[{name: large, when: 'effect.verb == "not-understood"', then: hold}]`,
        );
        assert.match(await begun(deps), /HELD/);
        assert.match(await gone(deps, 'bystander'), /HELD/);
        assert.equal(await gone(deps, 'bystander', { ...helm, 'user-agent': 'other' }), 'forwarded');
        wait(ACT_PAUSE + 1);
        assert.equal(await gone(deps, 'a'), 'forwarded');
        await close();
      });

      test('its thread was ended meanwhile: the desk still knows what it was about to delete', async () => {
        const first = timed(RULES);
        await begun(first.deps);
        const [hold] = first.deps.desk.list();
        assert.ok(hold);
        const act = await first.journal.act(hold.actId);
        assert.ok(act);
        const { deps, journal, close } = timed(RULES);
        await journal.saveAct(act);
        deps.desk.restore(hold);
        await deps.acts.byId(hold.actId);
        assert.ok((await gone(deps, 'a')).startsWith(`${hold.code} HELD by toolcrib`));
        assert.equal(await gone(deps, 'bystander'), 'forwarded');
        await first.close();
        await close();
      });
    });

    test('what stands there can not be read: not understood, and held', async () => {
      await target.https('DELETE', path);
      await put(target, at, { ...record(kind, 'deployed'), data: { release: 'aGVsbG8=' } });
      const { deps, close } = openWay(target.cluster, policyOf('[]'));
      const told = textOf(await judge(deps, write(path, record(kind, 'uninstalling'))));
      assert.match(told, /HELD .*could not be read/);
      const rest = asked('DELETE', `${CORE}/configmaps/a`, { headers: helm });
      assert.match(textOf(await judge(deps, rest)), /HELD/);
      assert.ok(await seen(target, `${CORE}/configmaps/a`));
      await close();
    });

    test('in observe it passes, and the record is kept', async () => {
      const { deps, close, journal } = openWay(target.cluster, policyOf(RULES, 'observe'));
      assert.equal(textOf(await judge(deps, write(path, record(kind, 'uninstalling')))), 'forwarded');
      const [act] = await journal.acts();
      assert.equal(
        (await journal.snapshotsOf(act?.id ?? ''))[0]?.objects[0]?.metadata.labels?.status,
        'deployed',
      );
      await close();
    });
  });
}

test('of an upgrade a hold says that more may be asked: helm tells nothing of it ahead', async () => {
  const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
  await put(target, `${CORE}/configmaps`, map('upgraded'));
  const told = textOf(await judge(deps, asked('DELETE', `${CORE}/configmaps/upgraded`, { headers: helm })));
  assert.match(told, /What else its command takes is asked for by itself: .* helm tells nothing ahead/);
  await close();
});
