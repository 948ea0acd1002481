import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type Cluster, type Journal, ToolcribError } from '@toolcrib/model';
import { builtInRules } from '../policy/policy.ts';
import { tree } from '../radius/index.ts';
import type { Instruction } from '../request.ts';
import { grant } from '../testing/grant.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { runDeployment } from '../testing/workloads.ts';
import { judge } from './judge.ts';

// Laws 1 and 2: what was not seen is not kept, and that is said.

let target: ClusterTarget;
let listed: string[] = [];
before(async () => {
  target = await openSandbox();
  const { resources } = await target.cluster.resources();
  listed = resources
    .map(({ resource }) => resource)
    .filter((resource) => !['secrets', 'roles'].includes(resource));
});
after(() => target.close());

const RULES = JSON.stringify(builtInRules);

for (const status of [403, 500])
  test(`discovery answers ${status}: nothing is promised to come back, and no figures are given`, () =>
    inNamespace(target, async (namespace) => {
      const at = paths.claims(namespace);
      await put(target, at, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      const claim = await until('bound', async () => {
        const now = await seen(target, `${at}/data`);
        return now?.spec?.volumeName ? now : undefined;
      });
      const { owner } = await runDeployment(target, namespace, 'web', 2);
      const failed = () =>
        Promise.reject(new ToolcribError('api', 'no', { cause: { status, message: 'no' } }));
      const blind = new Proxy(target.cluster, {
        get: (real, name) => (name === 'resources' ? failed : Reflect.get(real, name)),
      });
      const ofClaim = asked('DELETE', `${at}/data`);
      const { deps, close } = openWay(blind, policyOf(RULES));
      const held = await judge(deps, ofClaim);
      const [hold] = deps.desk.list();
      assert.ok(hold && held.do === 'answer');
      const shown = `${Buffer.from(held.body)} ${tree(hold.radius, { width: 200 })}`;
      assert.doesNotMatch(shown, /comes back by itself|0 volumes/);
      assert.match(shown, /could not be looked at/);
      assert.match(shown, /CANNOT be brought back: its volume .* was not seen: taken for lost/);
      assert.equal(hold.radius.counts.volumesLost, 1, 'a rule about data sees it');
      await close();
      const way = openWay(blind, policyOf(RULES, 'observe'));
      const ofOwner = asked('DELETE', `${paths.apps(namespace, 'deployments')}/web`);
      for (const request of [ofClaim, ofOwner])
        await judge(way.deps, { ...request, id: `${request.id}-again` });
      const promised = await Promise.all(
        (await way.journal.acts()).map(({ id }) => way.journal.snapshotsOf(id)),
      );
      const said = promised.flat().flatMap((snapshot) => snapshot.promised ?? []);
      assert.deepEqual(
        new Map(said.map(({ uid, loss }) => [uid, loss])),
        new Map([
          [claim.metadata.uid, 'lost'],
          [owner.metadata.uid, 'restorable'],
        ]),
      );
      await way.close();
    }));

/** A ConfigMap that owns a Secret, which `cho` may not list. */
async function mapWithSecret(namespace: string): Promise<{ map: KubeObject; path: string }> {
  await grant(target, namespace, 'cho', [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'delete'] },
    { apiGroups: ['*'], resources: listed, verbs: ['list'] },
  ]);
  const at = paths.core(namespace, 'configmaps');
  const map = await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'web', uid: map.metadata.uid };
  await put(target, paths.core(namespace, 'secrets'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'creds', ownerReferences: [owner] },
  });
  return { map, path: `${at}/web` };
}
test('enforce: its name has to be typed; what was not seen stands in the journal', () =>
  inNamespace(target, async (namespace) => {
    const { path } = await mapWithSecret(namespace);
    const { deps, journal, close } = openWay(await target.person('cho'), policyOf(RULES));
    const held = await judge(deps, asked('DELETE', path));
    assert.equal(held.do === 'answer' && held.status, 403);
    const [hold] = deps.desk.list();
    assert.equal(hold?.decision.rule, 'not-understood');
    assert.equal(hold?.needsName, 'web');
    const { message } = JSON.parse(Buffer.from(held.do === 'answer' ? held.body : '').toString());
    assert.match(message, new RegExp(`toolcrib approve ${hold?.code} --as-sent --without-net web`));
    await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'aiko', withoutNet: true }, 60_000);
    const gone = await judge(deps, asked('DELETE', path));
    assert.equal(gone.do, 'forward');
    assert.match(gone.warnings.join(), /could not see all .* Secret\..*no undo brings it back/);
    const [request] = (await journal.requests({ actId: hold?.actId ?? '' })).filter(
      ({ snapshotId }) => snapshotId,
    );
    assert.deepEqual(
      request?.unseen?.map(({ kind }) => kind),
      ['Secret'],
    );
    await close();
  }));

/** A way on which nothing can be kept, or not even asked, while `down` is set. */
function openShaky(cluster: Cluster, policy: string) {
  const state = { down: false };
  const shaky = (of: Journal): Journal => {
    const or =
      <T>(work: () => Promise<T>) =>
      (): Promise<T> =>
        state.down ? Promise.reject(new ToolcribError('journal', 'it is locked.')) : work();
    return {
      ...of,
      keep: (...what) => or(() => of.keep(...what))(),
      probe: or(() => of.probe()),
    };
  };
  return { state, ...openWay(cluster, policy, shaky) };
}

const messageOf = (instruction: Instruction): string => {
  assert.equal(instruction.do, 'answer');
  return JSON.parse(Buffer.from(instruction.do === 'answer' ? instruction.body : '').toString()).message;
};

test('a yes to what was not seen is none to keeping nothing: that has a code of its own', () =>
  inNamespace(target, async (namespace) => {
    const { path } = await mapWithSecret(namespace);
    const { deps, state, close } = openShaky(await target.person('cho'), policyOf(RULES));
    const yes = { as: 'as-sent' as const, by: 'aiko', withoutNet: true };
    messageOf(await judge(deps, asked('DELETE', path)));
    const [partial] = deps.desk.list();
    assert.equal(partial?.net, 'partial');
    await deps.desk.answer(partial?.code ?? '', yes, 60_000);
    state.down = true;
    assert.match(messageOf(await judge(deps, asked('DELETE', path))), /could not be kept \(it is locked\)/);
    const none = deps.desk.list().find(({ code }) => code !== partial?.code);
    assert.deepEqual([none?.net, none?.needsName], ['none', 'web']);
    await deps.desk.answer(none?.code ?? '', yes, 60_000);
    const gone = await judge(deps, asked('DELETE', path));
    assert.equal(gone.do, 'forward');
    assert.match(gone.warnings.join(), /sent without a net/);
    await close();
  }));

test('an open code for what was not seen does not become one for keeping nothing', () =>
  inNamespace(target, async (namespace) => {
    const { path } = await mapWithSecret(namespace);
    const { deps, state, close } = openShaky(await target.person('cho'), policyOf(RULES));
    assert.match(messageOf(await judge(deps, asked('DELETE', path))), /Not everything was seen/);
    const [partial] = deps.desk.list();
    state.down = true;
    const text = messageOf(await judge(deps, asked('DELETE', path)));
    assert.doesNotMatch(text, new RegExp(partial?.code ?? ''));
    assert.equal(deps.desk.get(partial?.code ?? '')?.state, 'void');
    // The journal is back before anybody has said yes: what is asked for is still what that code was shown for.
    state.down = false;
    assert.match(messageOf(await judge(deps, asked('DELETE', path))), /It could not be kept, so .* no undo/);
    await close();
  }));

for (const mode of ['observe', 'warn']) {
  test(`${mode}: it passes, and the answer, the log and the journal say what was not seen`, () =>
    inNamespace(target, async (namespace) => {
      const { path } = await mapWithSecret(namespace);
      const { deps, journal, close } = openWay(await target.person('cho'), policyOf(RULES, mode));
      const logged: string[] = [];
      const went = await judge({ ...deps, log: (line) => logged.push(line) }, asked('DELETE', path));
      assert.equal(went.do, 'forward');
      assert.match(went.warnings.join(), /could not see all .* Secret\./);
      assert.match(logged.join(), /not everything was seen/);
      const [act] = await journal.acts();
      const [request] = await journal.requests({ actId: act?.id ?? '' });
      assert.deepEqual(
        request?.unseen?.map(({ kind }) => kind),
        ['Secret'],
      );
      await close();
    }));
}

test('what could not belong to it counts for nothing', () =>
  inNamespace(target, async (namespace) => {
    const { path } = await mapWithSecret(namespace);
    const cluster = await target.person('cho');
    const { deps, journal, close } = openWay(
      // Everything may be listed but Roles: nothing hangs on them.
      new Proxy(target.cluster, {
        get(real, name) {
          if (name !== 'list') return Reflect.get(real, name);
          return (type: { resource: string }, ...rest: [object]) =>
            type.resource === 'roles'
              ? cluster.list(type as never, ...rest)
              : real.list(type as never, ...rest);
        },
      }),
      policyOf(RULES),
    );
    const went = await judge(deps, asked('DELETE', path));
    assert.equal(went.do, 'forward');
    assert.deepEqual(went.warnings, []);
    const [act] = await journal.acts();
    assert.equal((await journal.requests({ actId: act?.id ?? '' }))[0]?.unseen, undefined);
    await close();
  }));
