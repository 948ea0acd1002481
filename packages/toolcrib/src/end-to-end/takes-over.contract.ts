import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { builtInRules } from '@toolcrib/guard/policy/policy';
import type { AskedRequest, Instruction } from '@toolcrib/guard/request';
import { grant } from '@toolcrib/guard/testing/grant.ts';
import type { ClusterTarget, OpenTarget } from '@toolcrib/guard/testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { asked, openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import {
  podsOf,
  runReplicaSet,
  runStatefulSet,
  runWorkload,
  uidsOf,
} from '@toolcrib/guard/testing/workloads.ts';
import { undoAct } from '@toolcrib/guard/undo/act';
import { brain } from '@toolcrib/guard/way/brain';
import { judge } from '@toolcrib/guard/way/judge';
import type { Cluster } from '@toolcrib/model';

const RULES = JSON.stringify(builtInRules);
const HOLD_SCALES = '[{name: scales, when: \'effect.verb == "scale"\', then: hold}]';
const JSON_TYPE = 'application/json';
const APPLY = 'application/apply-patch+yaml';
const FORCED = 'fieldManager=me&force=true';

type Resource = 'deployments' | 'replicasets' | 'statefulsets';

/** A workload that is created smaller than what it takes over is a scale-down of that. */
export function takesOverContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const send = (method: string, path: string, body: unknown, type = JSON_TYPE, query = '') =>
    asked(method, path, {
      query,
      headers: { 'user-agent': 'dashboard/1.0', 'content-type': type },
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });

  /** Runs a workload and takes it away from its Pods. @returns what makes the same again, in another size */
  async function left(namespace: string, resource: Resource, replicas = 3) {
    const { owner, pods } = await runWorkload[resource](target, namespace, 'web', replicas);
    const at = `${paths.apps(namespace, resource)}/web`;
    const { status } = await target.https('DELETE', `${at}?propagationPolicy=Orphan`);
    assert.equal(status, 200);
    await until(`${resource} web is gone`, async () => (await seen(target, at)) === undefined);
    const again = (size: number, name = 'web') => ({
      apiVersion: 'apps/v1',
      kind: owner.kind,
      metadata: { name, labels: owner.metadata.labels },
      spec: { ...owner.spec, replicas: size },
    });
    return { owner, pods, again, at, path: paths.apps(namespace, resource) };
  }

  async function said(request: AskedRequest, rules = HOLD_SCALES, cluster: Cluster = target.cluster) {
    const { deps, journal, close } = openWay(cluster, policyOf(rules));
    const instruction = await judge(deps, request);
    const acts = await journal.acts();
    const [act] = acts;
    const [row] = act ? await journal.requests({ actId: act.id }) : [];
    const [hold] = deps.desk.list();
    await close();
    return { instruction, row, act, hold };
  }
  const isHeld = ({ instruction }: { instruction: Instruction }) =>
    instruction.do === 'answer' && instruction.status === 403;

  /** As observed: judged, sent, answered. @returns what was kept, and the undo of it */
  async function carriedOut(request: AskedRequest) {
    const { deps, journal, close } = openWay(target.cluster, policyOf('[]', 'observe'));
    const instruction = await judge(deps, request);
    assert.equal(instruction.do, 'forward');
    const query = request.query ? `?${request.query}` : '';
    const { status } = await target.cluster.request({
      method: request.method,
      path: `${request.path}${query}`,
      headers: { 'content-type': request.headers['content-type'] ?? JSON_TYPE },
      body: request.body,
    });
    assert.equal(status, 201);
    brain(deps).settled(request.id, { status, said: 'yes' });
    await until(
      'it is written down',
      async () => (await journal.requests({ state: 'answered' })).length === 1,
    );
    const [act] = await journal.acts();
    const [snapshot] = await journal.snapshotsOf(act?.id ?? '');
    return {
      instruction,
      kept: uidsOf(snapshot?.objects.filter(({ kind }) => kind === 'Pod') ?? []),
      undo: () => undoAct({ ...deps, by: 'tester' }, act?.id ?? '', () => undefined),
      close,
    };
  }
  const running = (namespace: string, count: number) =>
    until(`${count} Pods run`, async () => {
      const now = await podsOf(target, namespace, 'web');
      const all = now.length === count && now.every(({ status }) => status?.phase === 'Running');
      return all && now;
    });

  test('for no Pods, after a delete that left them: an outage, in whatever form it is sent, and nothing is sent', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path, at } = await left(namespace, 'deployments');
      const none = again(0);
      const yaml = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 0, selector: {matchLabels: {app: web}}, template: ${JSON.stringify(none.spec.template)}}}`;
      for (const [what, request] of Object.entries({
        create: send('POST', path, none),
        'create in YAML': send('POST', path, yaml, 'application/yaml'),
        'without a type': asked('POST', path, { body: Buffer.from(JSON.stringify(none)) }),
        'a field twice': send(
          'POST',
          path,
          JSON.stringify(none).replace('"replicas":0', '"replicas":3,"replicas":0'),
        ),
        apply: send('PATCH', at, none, APPLY, FORCED),
        'apply in YAML': send('PATCH', at, yaml, APPLY, FORCED),
      })) {
        const { instruction, row, act, hold } = await said(request, RULES);
        assert.equal(instruction.do === 'answer' && instruction.status, 403, what);
        assert.equal(row?.decision.rule, 'outage', what);
        assert.equal(row?.effect.verb === 'scale' && row.effect.was, 3, what);
        assert.match(act?.title ?? '', /^create deployment .*web with 0 of 3 Pods$/);
        const shown = hold?.radius.members.filter(({ fate }) => fate === 'deleted') ?? [];
        assert.deepEqual(shown.map(({ ref }) => ref.uid).sort(), uidsOf(pods), what);
        assert.ok(shown.every(({ loss }) => loss === 'restorable'));
      }
      assert.equal(await seen(target, at), undefined);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  for (const resource of ['deployments', 'replicasets', 'statefulsets'] as const)
    test(`${resource}: kept before it goes, deleted by the cluster as it was told, and undone`, () =>
      inNamespace(target, async (namespace) => {
        const { pods, again, path, at } = await left(namespace, resource);
        const { instruction, kept, undo, close } = await carriedOut(send('POST', path, again(0)));
        assert.match(
          instruction.warnings.join('\n'),
          /takes over 3 Pods that run without a workload, and deletes all of them\ntoolcrib undo act-/,
        );
        assert.deepEqual(kept, uidsOf(pods));
        await running(namespace, 0);
        const { results } = await undo();
        assert.deepEqual(
          results.filter(({ result }) => result !== 'done' && result !== 'skipped'),
          [],
        );
        const back = await running(namespace, 3);
        assert.equal((await seen(target, at))?.spec?.replicas, 3);
        if (resource === 'statefulsets')
          assert.deepEqual(
            back.map(({ metadata }) => metadata.name),
            pods.map(({ metadata }) => metadata.name),
          );
        await close();
      }));

  test('a Deployment of another template: what it took over goes all the same, and as many are back by its own', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path } = await left(namespace, 'deployments');
      const other = again(1);
      const [container] = other.spec.template.spec.containers;
      other.spec.template.spec.containers = [{ ...container, image: 'registry.k8s.io/pause:3.9' }];
      assert.ok(isHeld(await said(send('POST', path, other))));
      const { kept, undo, close } = await carriedOut(send('POST', path, other));
      assert.equal(kept.length, 2);
      await until('its own Pod alone runs', async () => {
        const [only, ...more] = await podsOf(target, namespace, 'web');
        return only && more.length === 0 && !uidsOf(pods).includes(only.metadata.uid ?? '');
      });
      const { results } = await undo();
      assert.ok(results.every(({ result }) => result === 'done' || result === 'skipped'));
      await running(namespace, 3);
      await close();
    }));

  test('a Deployment whose ReplicaSet went the same way: its next one takes the Pods', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path } = await left(namespace, 'deployments');
      const sets = await items(target, paths.apps(namespace, 'replicasets'));
      for (const { metadata } of sets)
        await target.https(
          'DELETE',
          `${paths.apps(namespace, 'replicasets')}/${metadata.name}?propagationPolicy=Orphan`,
        );
      await until(
        'they are gone',
        async () => (await items(target, paths.apps(namespace, 'replicasets'))).length === 0,
      );
      assert.ok(isHeld(await said(send('POST', path, again(1)))));
      const { undo, close } = await carriedOut(send('POST', path, again(0)));
      await running(namespace, 0);
      const { results } = await undo();
      assert.equal(results.filter(({ result }) => result === 'skipped').length, pods.length);
      assert.ok(results.every(({ result }) => result === 'done' || result === 'skipped'));
      await running(namespace, 3);
      await close();
    }));

  test('a ReplicationController, whose selector is its template’s labels where it says none', (t) =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'replicationcontrollers');
      if ((await seen(target, path)) === undefined) return t.diagnostic(`${target.name} serves none`);
      const { pods, owner } = await left(namespace, 'replicasets');
      const controller = {
        apiVersion: 'v1',
        kind: 'ReplicationController',
        metadata: { name: 'web' },
        spec: { replicas: 1, template: owner.spec?.template },
      };
      const held = await said(send('POST', path, controller));
      assert.ok(isHeld(held));
      assert.equal(held.row?.effect.verb === 'scale' && held.row.effect.was, 3);
      const { kept, undo, close } = await carriedOut(send('POST', path, controller));
      // Which of them go is a guess: all are kept.
      assert.deepEqual(kept, uidsOf(pods));
      const [stays] = await running(namespace, 1);
      assert.ok(uidsOf(pods).includes(stays?.metadata.uid ?? ''));
      const { results } = await undo();
      assert.deepEqual(results.map(({ result }) => result).sort(), [
        'done',
        'skipped',
        'skipped',
        'unchanged',
      ]);
      await running(namespace, 3);
      await close();
    }));

  test('a StatefulSet takes the highest of its names, and their claims where it says so', () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'web', 3, { whenScaled: 'Delete' });
      const at = `${paths.apps(namespace, 'statefulsets')}/web`;
      const owner = (await seen(target, at)) ?? assert.fail('it stands');
      await target.https('DELETE', `${at}?propagationPolicy=Orphan`);
      await until('it is gone', async () => (await seen(target, at)) === undefined);
      const one = {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web' },
        spec: { ...owner.spec, replicas: 1 },
      };
      const held = await said(send('POST', paths.apps(namespace, 'statefulsets'), one), RULES);
      assert.equal(held.row?.decision.rule, 'data-loss');
      const names = held.hold?.radius.members
        .filter(({ fate }) => fate === 'deleted')
        .map(({ ref }) => `${ref.kind} ${ref.name}`);
      for (const name of ['Pod web-1', 'Pod web-2', 'PersistentVolumeClaim data-web-1'])
        assert.ok(names?.includes(name), name);
      assert.ok(!names?.includes('Pod web-0'));
      const moved = { ...one, spec: { ...one.spec, replicas: 3, ordinals: { start: 2 } } };
      assert.ok(isHeld(await said(send('POST', paths.apps(namespace, 'statefulsets'), moved))));
    }));

  test('what is as large as what it takes over, or takes over nothing, is no act', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(namespace, 'deployments', 2);
      const other = again(0, 'other');
      other.spec = { ...other.spec, selector: { matchLabels: { app: 'other' } } };
      other.spec.template = { ...other.spec.template, metadata: { labels: { app: 'other' } } };
      const elsewhere = path.replace(namespace, 'default');
      for (const [what, request] of Object.entries({
        'as large': send('POST', path, again(2)),
        larger: send('POST', path, again(5)),
        'other Pods': send('POST', path, other),
        'another namespace': send('POST', elsewhere, again(0)),
        'a dry run': send('POST', path, again(0), JSON_TYPE, 'dryRun=All'),
      })) {
        const { instruction, act } = await said(request);
        assert.equal(instruction.do, 'forward', what);
        assert.deepEqual(instruction.warnings, [], what);
        assert.equal(act, undefined, what);
      }
    }));

  test('Pods that have a workload, or another name than a set gives, are taken over by nobody', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runReplicaSet(target, namespace, 'web', 2);
      const small = (kind: string) => ({
        apiVersion: 'apps/v1',
        kind,
        metadata: { name: 'small' },
        spec: { ...owner.spec, replicas: 0, ...(kind === 'StatefulSet' ? { serviceName: 'small' } : {}) },
      });
      const at = (resource: string) => paths.apps(namespace, resource);
      assert.equal(
        (await said(send('POST', at('replicasets'), small('ReplicaSet')))).instruction.do,
        'forward',
      );
      await target.https('DELETE', `${at('replicasets')}/web?propagationPolicy=Orphan`);
      await until('its Pods are nobody’s', async () =>
        (await podsOf(target, namespace, 'web')).every(({ metadata }) => !metadata.ownerReferences?.length),
      );
      const sets = send('POST', at('statefulsets'), small('StatefulSet'));
      assert.equal((await said(sets)).instruction.do, 'forward');
      assert.ok(isHeld(await said(send('POST', at('replicasets'), small('ReplicaSet')))));
    }));

  test('of Pods that are taken over singly each is kept, since it is a guess which of them go', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path } = await left(namespace, 'replicasets');
      const { kept, undo, close } = await carriedOut(send('POST', path, again(2)));
      assert.deepEqual(kept, uidsOf(pods));
      await running(namespace, 2);
      const { results } = await undo();
      assert.deepEqual(results.map(({ result }) => result).sort(), [
        'done',
        'skipped',
        'unchanged',
        'unchanged',
      ]);
      await running(namespace, 3);
      await close();
    }));

  test('a Pod that its template does not make is lost, and said to be', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await left(namespace, 'replicasets', 1);
      await put(target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'debug', labels: { app: 'web' } },
        spec: { containers: [{ name: 'debug', image: 'registry.k8s.io/pause:3.9' }] },
      });
      await running(namespace, 2);
      const none = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web' } };
      const request = send('POST', paths.apps(namespace, 'replicasets'), {
        ...none,
        spec: { ...owner.spec, replicas: 0 },
      });
      const { hold } = await said(request);
      const losses = hold?.radius.members.filter(({ ref }) => ref.kind === 'Pod').map(({ loss }) => loss);
      assert.deepEqual(losses?.sort(), ['lost', 'restorable']);
    }));

  test('an ordinary create costs one LIST of metadata, a Deployment’s two', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runReplicaSet(target, namespace, 'other', 1);
      const calls: string[] = [];
      const counting = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (typeof found !== 'function') return found;
          return (...all: unknown[]) => {
            const query = name === 'list' ? (all[1] as { metadata?: boolean; labelSelector?: string }) : {};
            calls.push(
              `${String(name)}${query.metadata ? ' metadata' : ''}${query.labelSelector ? ' by label' : ''}`,
            );
            return (found as (...args: unknown[]) => unknown).apply(of, all);
          };
        },
      });
      for (const [resource, kind, lists] of [
        ['deployments', 'Deployment', 2],
        ['replicasets', 'ReplicaSet', 1],
      ] as const) {
        const spec = { ...owner.spec, selector: { matchLabels: { app: 'web' } } };
        spec.template = { ...spec.template, metadata: { labels: { app: 'web' } } };
        const body = { apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec };
        const { instruction } = await said(
          send('POST', paths.apps(namespace, resource), body),
          RULES,
          counting,
        );
        assert.equal(instruction.do, 'forward');
        assert.deepEqual(calls.splice(0), Array(lists).fill('list metadata by label'), kind);
      }
    }));

  test('who may not list what stands there deploys all the same, and is told; for no Pods it is held', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(namespace, 'deployments', 2);
      const robot = `robot-${namespace}`;
      await grant(target, namespace, robot, [
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'get', 'patch'] },
      ]);
      const cluster = await target.person(robot);
      const one = await until('the grant counts', async () => {
        const found = await said(send('POST', path, again(1)), RULES, cluster);
        return found.instruction.do === 'forward' && found;
      });
      assert.match(one.instruction.warnings.join(), /could not be looked at/);
      const none = await said(send('POST', path, again(0)), RULES, cluster);
      assert.ok(isHeld(none));
      assert.equal(none.row?.decision.rule, 'not-understood');
      const { deps, close } = openWay(cluster, policyOf(RULES, 'observe'));
      const passed = await judge(deps, send('POST', path, again(0)));
      await close();
      assert.equal(passed.do, 'forward');
      assert.match(passed.warnings.join(), /could not see all that this may take: Pod\./);
    }));

  test('a look that fails is no "nothing"', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(namespace, 'replicasets', 2);
      const failing = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (name === 'list') return () => of.list({ group: 'acme.io', version: 'v1', resource: 'none' });
          return typeof found === 'function' ? found.bind(of) : found;
        },
      });
      const { instruction, row } = await said(send('POST', path, again(1)), RULES, failing);
      assert.equal(instruction.do === 'answer' && instruction.status, 403);
      assert.equal(row?.decision.rule, 'not-understood');
    }));

  test('what the server refuses is answered in its words, without a hold', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(namespace, 'replicasets', 1);
      const bad = again(0);
      bad.spec = { ...bad.spec, template: undefined };
      const { instruction, row } = await said(send('POST', path, bad));
      assert.equal(instruction.do === 'answer' && instruction.status, 422);
      assert.equal(row, undefined);
      assert.equal((await items(target, path)).length, 0);
    }));
}
