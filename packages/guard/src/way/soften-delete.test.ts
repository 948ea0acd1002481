import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { type Journal, ToolcribError } from '@toolcrib/model';
import { aSoften } from '../journal/testing/records.ts';
import { leaseView } from '../lease/lease.ts';
import { builtInRules } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { podsOf, runStatefulSet } from '../testing/workloads.ts';
import type { WayDeps } from './deps.ts';
import { judge } from './judge.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const answered = (instruction: Instruction) => {
  assert.equal(instruction.do, 'answer');
  const { status = 0, body = '' } = instruction.do === 'answer' ? instruction : {};
  return { status, body: JSON.parse(Buffer.from(body).toString()) };
};

for (const preconditions of [
  { uid: '00000000-0000-4000-8000-000000000000' },
  { resourceVersion: '1' },
] as const) {
  const [what] = Object.keys(preconditions);
  test(`softened, with a ${what} that does not fit: answered as the cluster answers, and it stands`, () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'web', 1);
      const { deps, journal, close } = openWay(
        target.cluster,
        policyOf('[{name: all, when: "true", then: hold}]'),
      );
      const path = `${paths.apps(namespace, 'statefulsets')}/web`;
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions };
      const request = () => asked('DELETE', path, { body: Buffer.from(JSON.stringify(options)) });
      const held = answered(await judge(deps, request()));
      await deps.desk.answer(
        held.body.details.causes[0].message,
        { as: 'softened', by: 'aiko', withoutNet: false },
        60_000,
      );
      const { status, body } = answered(await judge(deps, request()));
      const direct = await target.https('DELETE', path, options);
      assert.equal(status, 409);
      assert.deepEqual(body, direct.body);
      assert.deepEqual((await seen(target, path))?.metadata.finalizers ?? [], []);
      assert.deepEqual(await journal.softenings(), []);
      await close();
    }));
}

const RULES = JSON.stringify(builtInRules);
const kubectl = (session: string) => ({
  headers: { 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': session },
});

/** A Deployment whose Pods run as a ServiceAccount and mount a ConfigMap, both its own. */
async function webShop(namespace: string): Promise<Record<'sa' | 'cm' | 'dep', string>> {
  const meta = (name: string) => ({ metadata: { name } });
  const [sa, cm] = ['serviceaccounts', 'configmaps'].map((resource) => paths.core(namespace, resource));
  await put(target, sa ?? '', { apiVersion: 'v1', kind: 'ServiceAccount', ...meta('web') });
  await put(target, cm ?? '', { apiVersion: 'v1', kind: 'ConfigMap', ...meta('conf') });
  const labels = { app: 'web' };
  const at = paths.apps(namespace, 'deployments');
  await put(target, at, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...meta('web'),
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'web',
          containers: [{ name: 'main', image: 'a', envFrom: [{ configMapRef: { name: 'conf' } }] }],
        },
      },
    },
  });
  await until('at rest', async () => (await seen(target, `${at}/web`))?.status?.readyReplicas === 2);
  return { sa: `${sa}/web`, cm: `${cm}/conf`, dep: `${at}/web` };
}

test('ServiceAccount and ConfigMap first, then the Deployment: not softened, since the act has taken them', () =>
  inNamespace(target, async (namespace) => {
    const at = await webShop(namespace);
    // Somebody has taken the rule away that holds a ServiceAccount in use.
    const without = builtInRules.filter(({ name }) => name !== 'account-in-use');
    const { deps, close } = openWay(target.cluster, policyOf(JSON.stringify(without)));
    for (const path of [at.sa, at.cm]) {
      const request = asked('DELETE', path, kubectl('s1'));
      assert.equal((await judge(deps, request)).do, 'forward');
      await target.https('DELETE', path);
      deps.onTheWay.ended(request.id);
    }
    answered(await judge(deps, asked('DELETE', at.dep, kubectl('s1'))));
    const [hold] = deps.desk.list();
    const { softening } = hold?.decision ?? {};
    assert.match(
      softening?.possible === false ? softening.why : '',
      /has taken ServiceAccount web, which its Pods use/,
    );
    await close();
  }));

for (const gone of [true, false]) {
  test(`${gone ? 'taken' : 'being taken'} by its act between the offer and the yes: not softened either`, () =>
    inNamespace(target, async (namespace) => {
      const at = await webShop(namespace);
      // While it waits: once the wait is over, the rest of its command is refused with it.
      const policy = policyOf(RULES).replace('waitSeconds: 0', 'waitSeconds: 90');
      const { deps, close } = openWay(target.cluster, policy);
      const waiting = judge(deps, asked('DELETE', at.dep, kubectl('s2')));
      const hold = await until('held', async () => deps.desk.list()[0]);
      assert.equal(hold.decision.softening?.possible, true);
      const first = await judge(deps, asked('DELETE', at.cm, kubectl('s2')));
      assert.equal(first.do, 'forward');
      // On its way, or gone: nobody has said yet.
      if (gone) await target.https('DELETE', at.cm);
      await deps.desk.answer(hold.code, { as: 'softened', by: 'aiko', withoutNet: false }, 60_000);
      const { status, body } = answered(await waiting);
      assert.equal(status, 403);
      assert.match(body.message, /can't be softened: the act (has taken|may take) ConfigMap conf/);
      assert.ok(await seen(target, at.dep));
      await close();
    }));
}

/** Held, approved softened, and carried out so. */
async function soften(deps: WayDeps, path: string, session: string): Promise<void> {
  const deleteIt = () => judge(deps, asked('DELETE', path, kubectl(session)));
  answered(await deleteIt());
  const [hold] = deps.desk.list();
  await deps.desk.answer(hold?.code ?? '', { as: 'softened', by: 'aiko', withoutNet: false }, 60_000);
  assert.equal(answered(await deleteIt()).status, 200);
}

/** Nothing can be kept there; what stands softened is read from another journal. */
function fullDisk(softened: Journal) {
  return (journal: Journal): Journal => ({
    ...journal,
    keep: () => Promise.reject(new ToolcribError('journal', 'the disk is full.')),
    softenings: (query) => softened.softenings(query),
  });
}

test('softened first: what its Pods use is held, whoever asks, until the act is over', () =>
  inNamespace(target, async (namespace) => {
    const at = await webShop(namespace);
    const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
    await soften(deps, at.dep, 's3');
    for (const [path, session] of [
      [at.cm, 's3'],
      [at.sa, 's4'],
    ] as const) {
      const { status, body } = answered(await judge(deps, asked('DELETE', path, kubectl(session))));
      assert.equal(status, 403);
      assert.match(
        body.message,
        /[A-Z0-9]+ HELD by toolcrib: Pod web-\S+, which act act-.*\(rule softened-pods-use-it\)/,
      );
    }
    const [record] = await journal.softenings({ state: 'softened' });
    assert.ok(record);
    await journal.saveSoften({ ...record, state: 'finished' });
    assert.equal((await judge(deps, asked('DELETE', at.cm, kubectl('s5')))).do, 'forward');
    await close();
  }));

test('softened first, and records can’t be read: what its Pods use is held all the same', () =>
  inNamespace(target, async (namespace) => {
    const at = await webShop(namespace);
    const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
    const told: string[] = [];
    deps.damaged = ({ message }) => void told.push(message);
    await soften(deps, at.dep, 's11');
    await journal.saveSoften(aSoften({ actId: 'act-2', requestId: 'torn', state: 'softened' }));
    const tear = (where: string) => {
      const database = new DatabaseSync(journal.file);
      database.exec(`UPDATE softenings SET body = '{' ${where}`);
      database.close();
    };
    const said = async (path: string, session: string) => {
      const { status, body } = answered(await judge(deps, asked('DELETE', path, kubectl(session))));
      return `${status} ${body.message}`;
    };
    tear("WHERE act_id = 'act-2'");
    assert.match(
      await said(at.cm, 's12'),
      /[A-Z0-9]+ HELD by toolcrib: Pod web-\S+, which act act-.*\(rule softened-pods-use-it\)/,
    );
    assert.match(told[0] ?? '', /act-2/);
    tear('');
    assert.match(
      await said(at.sa, 's13'),
      /^403 .*Pod web-\S+, which a softened act may have left running, uses ServiceAccount .*softened-pods-use-it/,
    );
    await close();
  }));

for (const mode of ['enforce', 'observe']) {
  test(`${mode}: softened first, and what its Pods use can't be kept: one yes to both is enough`, () =>
    inNamespace(target, async (namespace) => {
      const at = await webShop(namespace);
      const softening = openWay(target.cluster, policyOf(RULES));
      await soften(softening.deps, at.dep, 's7');
      const { deps, close } = openWay(target.cluster, policyOf(RULES, mode), fullDisk(softening.journal));
      const deleteConf = () => judge(deps, asked('DELETE', at.cm, kubectl('s8')));
      const codeIn = (body: { details: { causes: { message: string }[] } }) =>
        body.details.causes[0]?.message;
      const yes = (code = '', withoutNet = true) =>
        deps.desk.answer(code, { as: 'as-sent', by: 'aiko', withoutNet }, 60_000);
      if (mode === 'enforce') await yes(codeIn(answered(await deleteConf()).body), false);
      const { body } = answered(await deleteConf());
      assert.match(body.message, /could not be kept \(the disk is full\).*uses ConfigMap conf/s);
      const code = codeIn(body) ?? '';
      assert.match(deps.desk.get(code)?.needed ?? '', /uses ConfigMap conf/);
      await yes(code);
      assert.equal((await deleteConf()).do, 'forward');
      await close();
      await softening.close();
    }));
}

for (const mode of ['enforce', 'observe']) {
  const voided = mode === 'enforce';
  test(`${mode}: Pods are left running after the yes to what they use: it is ${voided ? 'void' : 'still a yes'}`, () =>
    inNamespace(target, async (namespace) => {
      const at = await webShop(namespace);
      const softening = openWay(target.cluster, policyOf(RULES));
      const { deps, close } = openWay(target.cluster, policyOf(RULES, mode), fullDisk(softening.journal));
      const deleteConf = () => judge(deps, asked('DELETE', at.cm, kubectl('s10')));
      answered(await deleteConf());
      await deps.desk.answer(
        deps.desk.list()[0]?.code ?? '',
        { as: 'as-sent', by: 'aiko', withoutNet: true },
        60_000,
      );
      await soften(softening.deps, at.dep, 's9');
      const now = await deleteConf();
      if (voided)
        assert.match(answered(now).body.message, /no longer what was approved.*uses ConfigMap conf/);
      else assert.equal(now.do, 'forward');
      await close();
      await softening.close();
    }));
}

test('a StatefulSet softened, then its claims with Retain volumes: held, not Terminating', () =>
  inNamespace(target, async (namespace) => {
    await runStatefulSet(target, namespace, 'web', 1);
    const [claim] = await items(target, paths.claims(namespace));
    const volume = `/api/v1/persistentvolumes/${claim?.spec?.volumeName}`;
    await target.https('PATCH', volume, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    const { deps, close } = openWay(target.cluster, policyOf(RULES));
    await soften(deps, `${paths.apps(namespace, 'statefulsets')}/web`, 's6');
    const claimPath = `${paths.claims(namespace)}/${claim?.metadata.name}`;
    const { body } = answered(await judge(deps, asked('DELETE', claimPath, kubectl('s6'))));
    assert.match(body.message, /rule softened-pods-use-it/);
    assert.equal((await podsOf(target, namespace, 'web')).length, 1);
    await close();
  }));

test('kept as one guard, and gone on as another meanwhile: nothing is changed by what the first had judged', () =>
  inNamespace(target, async (namespace) => {
    await runStatefulSet(target, namespace, 'web', 1);
    const path = `${paths.apps(namespace, 'statefulsets')}/web`;
    let standsStill = false;
    const lease = leaseView(
      { journal: { renewLease: async () => true }, clock: testClock },
      { guard: 'a', until: Number.POSITIVE_INFINITY, inherited: [] },
    );
    const way = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'), (journal) => ({
      ...journal,
      async keep(...kept) {
        await journal.keep(...kept);
        if (standsStill) lease.hear({ guard: 'b', until: Number.POSITIVE_INFINITY, inherited: [] });
      },
    }));
    const deps = { ...way.deps, lease };
    const code = answered(await judge(deps, asked('DELETE', path))).body.details.causes[0].message;
    await deps.desk.answer(code, { as: 'softened', by: 'aiko', withoutNet: false }, 60_000);
    standsStill = true;
    const { status, body } = answered(await judge(deps, asked('DELETE', path)));
    assert.deepEqual([status, /stood still/.test(body.message)], [500, true], body.message);
    const stands = await seen(target, path);
    assert.deepEqual(
      [stands?.metadata.deletionTimestamp, stands?.metadata.finalizers ?? []],
      [undefined, []],
    );
    await way.close();
  }));
