import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { builtInRules } from '../policy/policy.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { podsOf, runDeployment, runStatefulSet } from '../testing/workloads.ts';
import { judge } from './judge.ts';

const RULES = JSON.stringify(builtInRules);
const HOLD_DELETES = '[{name: deletes, when: \'effect.verb == "delete"\', then: hold}]';
const MERGE = 'application/merge-patch+json';

const GHOST = {
  apiVersion: 'v1',
  kind: 'Node',
  name: 'ghost',
  uid: '00000000-0000-4000-8000-000000000001',
};

/** A write that leaves an object to owners of which none stands has the garbage collector delete it. */
export function disownedContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const configMap = (namespace: string, name: string, owners?: object[]): Promise<KubeObject> =>
    put(target, paths.core(namespace, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, ...(owners ? { ownerReferences: owners } : {}) },
      data: { key: 'value' },
    });
  const ref = ({ apiVersion, kind, metadata }: KubeObject) => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
  });
  const write = (method: string, path: string, type: string, body: unknown, query = '') =>
    asked(method, path, {
      query,
      headers: { 'user-agent': 'dashboard/1.0', 'content-type': type },
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  const owned = (owners: unknown) => ({ metadata: { ownerReferences: owners } });

  async function said(request: AskedRequest, rules = HOLD_DELETES) {
    const { deps, journal, close } = openWay(target.cluster, policyOf(rules));
    const instruction = await judge(deps, request);
    const [act] = await journal.acts();
    const [row] = act ? await journal.requests({ actId: act.id }) : [];
    await close();
    return { instruction, row, act };
  }
  /** Sent past the guard, to see what the cluster does with it. */
  async function send(request: AskedRequest, instruction: Instruction) {
    assert.equal(instruction.do, 'forward');
    const body = instruction.do === 'forward' ? (instruction.body?.bytes ?? request.body) : request.body;
    const query = request.query ? `?${request.query}` : '';
    return target.cluster.request({
      method: request.method,
      path: `${request.path}${query}`,
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body,
    });
  }
  const collected = (path: string) =>
    until(`${path} is collected`, async () => (await seen(target, path)) === undefined);

  test('every way of writing an owner that is not there is held as a delete, and nothing is sent', () =>
    inNamespace(target, async (namespace) => {
      const { metadata } = await configMap(namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      const whole = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cfg', namespace } };
      const put = { ...whole, metadata: { ...whole.metadata, ...owned([GHOST]).metadata } };
      const yaml = `{apiVersion: v1, kind: ConfigMap, metadata: {name: cfg, ownerReferences: [{apiVersion: v1, kind: Node, name: ghost, uid: ${GHOST.uid}}]}}`;
      const apply = 'fieldManager=me&force=true';
      for (const [what, request] of Object.entries({
        merge: write('PATCH', at, MERGE, owned([GHOST])),
        strategic: write('PATCH', at, 'application/strategic-merge-patch+json', owned([GHOST])),
        json: write('PATCH', at, 'application/json-patch+json', [
          { op: 'add', path: '/metadata/ownerReferences', value: [GHOST] },
        ]),
        apply: write('PATCH', at, 'application/apply-patch+yaml', put, apply),
        'apply in YAML': write('PATCH', at, 'application/apply-patch+yaml', yaml, apply),
        'apply in YAML with an escape': write(
          'PATCH',
          at,
          'application/apply-patch+yaml',
          yaml.replace('ownerReferences', '"owner\\x52eferences"'),
          apply,
        ),
        put: write('PUT', at, 'application/json', put),
        'put in YAML': write('PUT', at, 'application/yaml', yaml),
        escaped: write(
          'PATCH',
          at,
          MERGE,
          JSON.stringify(owned([GHOST])).replace('ownerReferences', 'owner\\u0052eferences'),
        ),
      })) {
        const { instruction, row } = await said(request);
        assert.equal(instruction.do === 'answer' && instruction.status, 403, what);
        assert.equal(row?.state, 'refused', what);
        assert.equal(row?.effect.verb, 'delete', what);
        assert.deepEqual(row?.targetUids, [metadata.uid], what);
      }
      assert.deepEqual((await seen(target, at))?.metadata.ownerReferences, undefined);
    }));

  test('a dry run is one by the reading of the server alone: a query of which it reads nothing, or another part, is none', () =>
    inNamespace(target, async (namespace) => {
      await configMap(namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      for (const query of [
        `${'&'.repeat(10_000)}dryRun=All`,
        `dryRun=All${'&'.repeat(10_000)}`,
        'a;&dryRun=All',
        'dryRun=All&b=%zz',
        'dryRun=All;',
        'dryRun=All;b',
        'dryRun=%41ll&dryRun=%ff',
      ]) {
        const { instruction } = await said(write('PATCH', at, MERGE, owned([GHOST]), query));
        assert.equal(instruction.do === 'answer' && instruction.status, 400, query.slice(0, 30));
      }
      const { instruction } = await said(write('PATCH', at, MERGE, owned([GHOST]), 'dry%52un=%41ll'));
      assert.equal(instruction.do === 'forward' && instruction.query, 'dryRun=All');
      assert.equal(
        (await send(write('PATCH', at, MERGE, owned([GHOST]), 'dryRun=All'), instruction)).status,
        200,
      );
      assert.deepEqual((await seen(target, at))?.metadata.ownerReferences, undefined);
    }));

  test('a Namespace, and what may lose its status only', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const patch = write('PATCH', `/api/v1/namespaces/${namespace}`, MERGE, owned([GHOST]));
      const held = await said(patch, RULES);
      assert.equal(held.instruction.do === 'answer' && held.instruction.status, 403);
      assert.equal(held.row?.decision.rule, 'outage');
      const status = `${paths.apps(namespace, 'deployments')}/web/status`;
      const { row } = await said(write('PATCH', status, MERGE, owned([GHOST])), RULES);
      assert.equal(row?.decision.rule, 'outage');
    }));

  test('an owner of another namespace, with another UID, or on its way out does not stand', () =>
    inNamespace(target, (elsewhere) =>
      inNamespace(target, async (namespace) => {
        const other = await configMap(elsewhere, 'owner');
        const own = await configMap(namespace, 'owner');
        const going = await put(target, paths.core(namespace, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'going', finalizers: ['acme.io/slow'] },
        });
        const goingAt = `${paths.core(namespace, 'configmaps')}/going`;
        await target.https('DELETE', goingAt);
        await configMap(namespace, 'cfg');
        const at = `${paths.core(namespace, 'configmaps')}/cfg`;
        const unserved = { ...ref(own), apiVersion: 'acme.io/v1', kind: 'Widget' };
        for (const one of [
          { ...ref(own), uid: other.metadata.uid },
          ref({ ...other, metadata: { ...other.metadata, name: 'elsewhere' } }),
          ref(going),
          unserved,
        ]) {
          const { instruction } = await said(write('PATCH', at, MERGE, owned([one])));
          assert.equal(instruction.do, 'answer', JSON.stringify(one));
        }
        await target.https('PATCH', goingAt, { metadata: { finalizers: null } });
      }),
    ));

  test('a cluster-scoped object that names an owner of a namespaced kind is never collected: it passes', () =>
    inNamespace(target, async (namespace) => {
      const inNamespaces = { ...GHOST, kind: 'ConfigMap', uid: '00000000-0000-4000-8000-000000000002' };
      const standing = ref(await configMap(namespace, 'owner'));
      const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
      const role = (name: string) =>
        put(target, roles, {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: { name: `${namespace}-${name}` },
        });
      const cases = [[inNamespaces], [GHOST, inNamespaces], [inNamespaces, GHOST], [standing]];
      for (const [index, owners] of cases.entries()) {
        await role(`kept-${index}`);
        const patch = write('PATCH', `${roles}/${namespace}-kept-${index}`, MERGE, owned(owners));
        const { instruction, act } = await said(patch);
        assert.equal(instruction.do, 'forward', JSON.stringify(owners));
        assert.equal(act, undefined);
        assert.ok(((await send(patch, instruction)).status ?? 0) < 300);
      }
      const itself = write('PATCH', `/api/v1/namespaces/${namespace}`, MERGE, owned([inNamespaces]));
      assert.equal((await said(itself)).instruction.do, 'forward');
      // By the time that the collector has come to another one, and to where its owner stood, they stand.
      await target.https('DELETE', `${paths.core(namespace, 'configmaps')}/owner`);
      await role('gone');
      await target.https('PATCH', `${roles}/${namespace}-gone`, owned([GHOST]));
      await collected(`${roles}/${namespace}-gone`);
      for (const [index, owners] of cases.entries()) {
        const at = `${roles}/${namespace}-kept-${index}`;
        assert.ok(await seen(target, at), JSON.stringify(owners));
        await target.https('DELETE', at);
      }
    }));

  test('what has an owner that stands passes with one read, and then with none', () =>
    inNamespace(target, async (namespace) => {
      const owner = await configMap(namespace, 'owner');
      await configMap(namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      let reads = 0;
      const counting = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (typeof found !== 'function') return found;
          if (name === 'get' || name === 'request' || name === 'list') reads++;
          return found.bind(of);
        },
      });
      const { deps, journal, close } = openWay(counting, policyOf(HOLD_DELETES));
      for (let round = 0; round < 3; round++) {
        for (const request of [
          write('PATCH', at, MERGE, owned([ref(owner), GHOST])),
          write('PATCH', at, MERGE, { data: { round: String(round) } }),
        ])
          assert.equal((await judge(deps, request)).do, 'forward');
      }
      assert.equal(reads, 1);
      assert.deepEqual(await journal.acts(), []);
      await close();
    }));

  test('owners that stay what they are, and such as are taken away, pass', () =>
    inNamespace(target, async (namespace) => {
      const owner = await configMap(namespace, 'owner');
      const later = ref(await configMap(namespace, 'later'));
      await configMap(namespace, 'cfg', [{ ...ref(owner) }]);
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      for (const owners of [[ref(owner)], [], null, [later]]) {
        const { instruction } = await said(write('PATCH', at, MERGE, owned(owners)));
        assert.equal(instruction.do, 'forward', JSON.stringify(owners));
      }
      const absent = `${paths.core(namespace, 'configmaps')}/none`;
      assert.equal((await said(write('PATCH', absent, MERGE, owned([GHOST])))).instruction.do, 'forward');
    }));

  test('a dead owner that the object has already is no news: its write passes, also where no dry run is taken', () =>
    inNamespace(target, async (namespace) => {
      await configMap(namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      // Only the guard is told that it is gone, or the collector would be faster.
      const had = ref(await configMap(namespace, 'had'));
      const whole = await target.https('PATCH', at, owned([had]));
      assert.equal(whole.status, 200);
      const refused = { status: 400, headers: {}, body: Buffer.from('{"message":"no dry run here"}') };
      const gone = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (name === 'request')
            return async (one: Parameters<typeof of.request>[0]) =>
              one.path.includes('dryRun=All') ? refused : of.request(one);
          if (name === 'get')
            return async (type: unknown, one: { name: string }, as: unknown) =>
              one.name === 'had' ? undefined : (of.get as (...all: unknown[]) => unknown)(type, one, as);
          return typeof found === 'function' ? found.bind(of) : found;
        },
      });
      const body = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cfg', ...owned([had]).metadata },
      };
      for (const [what, request, passes] of [
        ['PUT', write('PUT', at, 'application/json', body), true],
        ['merge', write('PATCH', at, MERGE, owned([had])), true],
        ['another', write('PATCH', at, MERGE, owned([GHOST])), false],
        ['one more', write('PATCH', at, MERGE, owned([had, GHOST])), false],
      ] as const) {
        const { deps, close } = openWay(gone, policyOf(HOLD_DELETES));
        assert.equal((await judge(deps, request)).do === 'forward', passes, what);
        await close();
      }
    }));

  test('it takes the object that was seen, and none that has its name since: in JSON', () =>
    inNamespace(target, async (namespace) => {
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      const whole = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cfg', ...owned([GHOST]).metadata },
      };
      for (const request of [
        write('PATCH', at, MERGE, `{"data":{"n":"1"},${JSON.stringify(owned([GHOST])).slice(1)}`),
        write('PATCH', at, 'application/strategic-merge-patch+json', owned([GHOST])),
        write('PUT', at, 'application/json', whole),
      ]) {
        await configMap(namespace, 'cfg');
        const { deps, close } = openWay(target.cluster, policyOf('[]', 'observe'));
        const instruction = await judge(deps, request);
        await close();
        await target.https('DELETE', at);
        await until('it is gone', async () => (await seen(target, at)) === undefined);
        await configMap(namespace, 'cfg');
        const { status } = await send(request, instruction);
        assert.ok(status === 409 || status === 422, `${request.method}: ${status}`);
        assert.equal((await seen(target, at))?.metadata.ownerReferences, undefined);
        await target.https('DELETE', at);
        await until('it is gone', async () => (await seen(target, at)) === undefined);
      }
    }));

  test('what the server refuses is answered in its words, without a hold', () =>
    inNamespace(target, async (namespace) => {
      await configMap(namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      const { instruction, row } = await said(write('PATCH', at, MERGE, owned([{ ...GHOST, uid: '' }])));
      assert.equal(instruction.do === 'answer' && instruction.status, 422);
      assert.equal(row, undefined);
    }));

  test('let go, it is kept first, goes as it came and says so; the collector then takes it with its Pods', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const at = `${paths.apps(namespace, 'deployments')}/web`;
      const request = write('PATCH', at, MERGE, owned([GHOST]));
      const { deps, journal, close } = openWay(target.cluster, policyOf('[]', 'observe'));
      const instruction = await judge(deps, request);
      assert.match(
        instruction.warnings.join('\n'),
        /Node ghost.* the garbage collector deletes it\ntoolcrib undo act-/,
      );
      const [act] = await journal.acts();
      const [snapshot] = await journal.snapshotsOf(act?.id ?? '');
      const kept = new Set(snapshot?.objects.map(({ metadata }) => metadata.uid));
      for (const { metadata } of [owner, ...pods]) assert.ok(kept.has(metadata.uid), metadata.name);
      await close();
      assert.equal((await send(request, instruction)).status, 200);
      await collected(at);
      await until('its Pods are gone', async () => (await podsOf(target, namespace, 'web')).length === 0);
    }));

  test('a StatefulSet whose first ordinal moves loses the Pods before it: held, also by a PUT that leaves it out', () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'db', 2);
      const at = `${paths.apps(namespace, 'statefulsets')}/db`;
      const start = (from: number, replicas = 2) => ({ spec: { replicas, ordinals: { start: from } } });
      const held = await said(write('PATCH', at, MERGE, start(3)));
      assert.equal(held.instruction.do === 'answer' && held.instruction.status, 403);
      assert.match(held.row?.effect.verb === 'not-understood' ? held.row.effect.why : '', /from 0 to 3/);
      for (const same of [start(0), start(0, 3)])
        assert.equal((await said(write('PATCH', at, MERGE, same))).instruction.do, 'forward');
      assert.equal((await target.https('PATCH', at, start(3))).status, 200);
      const { metadata, spec } = (await seen(target, at)) ?? assert.fail('it is there');
      const body = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: metadata.name }, spec };
      const without = { ...body, spec: { ...spec, ordinals: undefined } };
      const put = await said(write('PUT', at, 'application/json', without));
      assert.match(put.row?.effect.verb === 'not-understood' ? put.row.effect.why : '', /from 3 to 0/);
    }));
}
