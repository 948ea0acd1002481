import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inNamespace, items, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { runDeployment, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { thing, uidAt } from '../testing/limit-range.ts';
import { codeOf, type Stage } from '../testing/stage.ts';

const rules = [
  { name: 'outage', when: 'radius.workloadsLeftWithoutPods > 0', then: 'hold' },
  { name: 'many', when: 'effect.verb == "delete" && act.expected > 10', then: 'hold' },
  { name: 'limits', when: 'effect.resource == "limitranges"', then: 'hold' },
  { name: 'unread', when: 'radius.state != "complete"', then: 'hold' },
];

/** What an approval covers, and that what goes out is pinned to it. */
export function approvalPinnedContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  test('a client that is no kubectl is refused at once with a code; the approval is one pass, for that request', () =>
    inNamespace(stage.target, async (namespace) => {
      const map = await thing(stage, namespace, 'a');
      const other = await thing(stage, namespace, 'b');
      const path = `${paths.core(namespace, 'limitranges')}/a`;
      const refused = await stage.send('DELETE', path);
      assert.equal(refused.status, 403);
      assert.match(refused.body.message ?? '', /toolcrib approve [A-Z0-9]+ --as-sent/);
      // Asked again before the yes: the same code, and one act.
      assert.equal(codeOf(await stage.send('DELETE', path)), codeOf(refused));
      const [hold, ...none] = await stage.holds(namespace);
      assert.deepEqual(none, []);
      assert.ok(hold);
      await stage.approve(hold, 'as-sent');
      // Another object, another body, and another context are other requests.
      assert.equal((await stage.send('DELETE', `${paths.core(namespace, 'limitranges')}/b`)).status, 403);
      assert.equal((await stage.send('DELETE', path, { body: { gracePeriodSeconds: 0 } })).status, 403);
      assert.equal((await stage.send('DELETE', `${path}?gracePeriodSeconds=0`)).status, 403);
      const asSomebody = { headers: { 'impersonate-user': 'ben' } };
      assert.notEqual((await stage.send('DELETE', path, asSomebody)).status, 200);
      assert.equal(await uidAt(stage, path), map.metadata.uid);
      assert.equal((await stage.send('DELETE', path)).status, 200);
      assert.equal(await uidAt(stage, path), undefined);
      assert.deepEqual(await stage.deletes(namespace), [{ path, uid: map.metadata.uid, status: 200 }]);
      // The pass is used up: a new object of the name is held anew, under another code.
      const again = await thing(stage, namespace, 'a');
      const second = await stage.send('DELETE', path);
      assert.equal(second.status, 403);
      assert.notEqual(codeOf(second), codeOf(refused));
      assert.equal(await uidAt(stage, path), again.metadata.uid);
      assert.equal(await uidAt(stage, `${paths.core(namespace, 'limitranges')}/b`), other.metadata.uid);
    }));

  /** Rights of the person behind the context `limited`, in one namespace. */
  async function letCho(namespace: string, rules: object[]): Promise<void> {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const at = `/apis/${apiVersion}/namespaces/${namespace}`;
    const metadata = { name: 'some' };
    await put(stage.target, `${at}/roles`, { apiVersion, kind: 'Role', metadata, rules });
    await put(stage.target, `${at}/rolebindings`, {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'cho' }],
    });
  }

  test('pods --all, eleven of three workloads: nothing goes before one approval, an envelope; a twelfth is not covered', () =>
    inNamespace(stage.target, async (namespace) => {
      const workloads = await Promise.all([
        runDeployment(stage.target, namespace, 'web', 4),
        runDeployment(stage.target, namespace, 'cart', 4),
        runDeployment(stage.target, namespace, 'catalog', 3),
      ]);
      const pods = workloads.flatMap((one) => one.pods);
      assert.equal(pods.length, 11);
      const running = stage.kubectl(
        'enforce',
        ...['delete', 'pods', '--all', '-n', namespace, '--wait=false'],
      );
      const hold = await stage.held(namespace);
      assert.deepEqual(await stage.deletes(namespace), []);
      assert.deepEqual(uidsOf(await items(stage.target, paths.pods(namespace))), uidsOf(pods));
      assert.deepEqual([...(hold.envelope?.uids ?? [])].sort(), uidsOf(pods));
      const shown = await stage.home.cli('held', hold.code);
      assert.match(shown.stdout, /\(\+ 10 more\)/);
      assert.match(shown.stdout, /One approval covers up to 11 requests.*\(an envelope\)/);
      const said = await stage.home.cli('approve', hold.code, '--as-sent');
      assert.match(said.stderr, /it goes now/);
      const done = await running.done;
      assert.equal(done.code, 0, done.stderr);
      const sent = await stage.deletes(namespace);
      assert.deepEqual(sent.map(({ uid }) => uid).sort(), uidsOf(pods));
      // The same kubectl session goes on to a Pod that it was not shown for.
      const session = hold.envelope?.session ?? '';
      const [fresh] = await until('new Pods run', async () => {
        const now = (await items(stage.target, paths.pods(namespace))).filter(
          ({ metadata, status }) =>
            !metadata.deletionTimestamp &&
            !uidsOf(pods).includes(metadata.uid ?? '') &&
            status?.phase === 'Running',
        );
        return now.length > 0 && now;
      });
      const headers = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': session };
      stage.home.policy({ waitSeconds: 0, rules });
      const twelfth = await stage.send('DELETE', `${paths.pods(namespace)}/${fresh?.metadata.name}`, {
        headers,
        body: { propagationPolicy: 'Background' },
      });
      stage.home.policy({ waitSeconds: 60, rules });
      assert.equal(twelfth.status, 403, JSON.stringify(twelfth.body));
      assert.notEqual(codeOf(twelfth), hold.code);
      assert.equal(
        await uidAt(stage, `${paths.pods(namespace)}/${fresh?.metadata.name}`),
        fresh?.metadata.uid,
      );
    }));

  test('every delete that goes out by itself carries the UID, whatever form its options came in', () =>
    inNamespace(stage.target, async (namespace) => {
      const quota = async (name: string) =>
        put(stage.target, paths.core(namespace, 'resourcequotas'), {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name },
        });
      const forms: [string, object][] = [
        ['?gracePeriodSeconds=0', {}],
        ['', { body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } }],
        [
          '',
          {
            body: 'kind: DeleteOptions\napiVersion: v1\ngracePeriodSeconds: 0\n',
            headers: { 'content-type': 'application/yaml' },
          },
        ],
        ['?dryRun=All', { body: {} }],
      ];
      const uids: (string | undefined)[] = [];
      for (const [index, [query, more]] of forms.entries()) {
        uids.push((await quota(`s${index}`)).metadata.uid);
        const path = `${paths.core(namespace, 'resourcequotas')}/s${index}`;
        const answer = await stage.send('DELETE', `${path}${query}`, more);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(await uidAt(stage, path), undefined, `form ${index}`);
      }
      assert.deepEqual(
        (await stage.deletes(namespace)).map(({ uid }) => uid),
        uids,
      );
    }));

  test('a collection goes out, once approved, as single deletes pinned to what was seen; failures are told', () =>
    inNamespace(stage.target, async (namespace) => {
      const maps = [
        await thing(stage, namespace, 'a', { app: 'x' }),
        await thing(stage, namespace, 'b', { app: 'x' }),
        await thing(stage, namespace, 'c', { app: 'y' }),
      ];
      const path = `${paths.core(namespace, 'limitranges')}?labelSelector=app%3Dx`;
      const refused = await stage.send('DELETE', path);
      assert.equal(refused.status, 403);
      assert.deepEqual(await stage.deletes(namespace), []);
      await stage.guard.api.answer(codeOf(refused), { as: 'as-sent' });
      const done = await stage.send('DELETE', path);
      assert.equal(done.status, 200, JSON.stringify(done.body));
      assert.deepEqual(
        (await stage.deletes(namespace)).map(({ path: sent, uid }) => [sent, uid]),
        maps
          .slice(0, 2)
          .map(({ metadata }) => [`${paths.core(namespace, 'limitranges')}/${metadata.name}`, metadata.uid]),
      );
      assert.equal(await uidAt(stage, `${paths.core(namespace, 'limitranges')}/c`), maps[2]?.metadata.uid);
      const act = (await stage.holds(namespace)).find(({ code }) => code === codeOf(refused))?.actId ?? '';
      assert.match((await stage.home.cli('log', act)).stdout, /2 deleted one by one/);
      const undone = await stage.home.cli('undo', act);
      assert.equal(undone.code, 0, undone.stdout);
      assert.equal(
        (await seen(stage.target, `${paths.core(namespace, 'limitranges')}/b`))?.metadata.annotations?.is,
        'b',
      );
    }));

  test('a collection by kubectl delete --raw, of which one object refuses to go: said, and the rest is gone', () =>
    inNamespace(stage.target, async (namespace) => {
      await thing(stage, namespace, 'a');
      await thing(stage, namespace, 'b');
      const path = paths.core(namespace, 'limitranges');
      await letCho(namespace, [
        { apiGroups: [''], resources: ['limitranges'], verbs: ['get', 'list', 'deletecollection'] },
        { apiGroups: [''], resources: ['limitranges'], resourceNames: ['b'], verbs: ['delete'] },
        { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] },
      ]);
      const running = stage.kubectl('limited', 'delete', '--raw', path);
      const ended = running.done.then(({ stderr }) => assert.fail(stderr));
      await stage.approve(await Promise.race([stage.held(namespace), ended]), 'as-sent');
      const said = await running.done;
      assert.equal(said.code, 1, said.stdout);
      assert.match(said.stderr, /1 of 2 deleted; failed: a/);
      assert.ok(await uidAt(stage, `${path}/a`));
      assert.equal(await uidAt(stage, `${path}/b`), undefined);
    }));

  test('what not everything was seen of goes only by its name, and undo says what may be missing', () =>
    inNamespace(stage.target, async (namespace) => {
      const { metadata } = await thing(stage, namespace, 'a');
      const owner = { apiVersion: 'v1', kind: 'LimitRange', name: 'a', uid: metadata.uid };
      await put(stage.target, paths.core(namespace, 'secrets'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'creds', ownerReferences: [owner] },
      });
      const { resources } = await stage.target.cluster.resources();
      const others = resources.map(({ resource }) => resource).filter((resource) => resource !== 'secrets');
      await letCho(namespace, [
        { apiGroups: [''], resources: ['limitranges'], verbs: ['get', 'delete', 'create'] },
        { apiGroups: ['*'], resources: others, verbs: ['list'] },
      ]);
      const path = `${paths.core(namespace, 'limitranges')}/a`;
      const code = codeOf(await stage.send('DELETE', path, { context: 'limited' }));
      const { cli } = stage.home;
      assert.match((await cli('held', code)).stdout, /! not seen: Secret.*--as-sent --without-net a/s);
      for (const name of [[], ['--without-net', 'b']])
        assert.equal((await cli('approve', code, '--as-sent', ...name)).code, 2);
      assert.equal(await uidAt(stage, path), metadata.uid);
      assert.equal((await cli('approve', code, '--as-sent', '--without-net', 'a')).code, 0);
      const went = await stage.send('DELETE', path, { context: 'limited' });
      assert.equal(went.status, 200, went.body.message);
      assert.match(went.warning, /could not see all that this may take: Secret/);
      const [hold] = await stage.holds(namespace);
      assert.match((await cli('log', hold?.actId ?? '')).stdout, /not seen, and so not kept: Secret/);
      const undone = await cli('undo', hold?.actId ?? '');
      assert.equal(undone.code, 1, undone.stdout);
      assert.match(undone.stdout, /done +LimitRange.*failed +Secret +not seen/s);
      assert.ok(await uidAt(stage, path));
    }));
}
