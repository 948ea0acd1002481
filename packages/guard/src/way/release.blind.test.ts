import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Hold } from '@toolcrib/model';
import { loadPolicy } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import { grant } from '../testing/grant.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { requestHandler } from './request-handler.ts';

// What a request names can't be read by the person who sends it: nothing of it can be kept.

const HOLD = '[{name: all, when: "true", then: hold}]';
const DENY = '[{name: no, when: "true", then: deny, reason: ask the platform team}]';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const textOf = (told: Instruction): string =>
  told.do === 'answer' ? JSON.parse(Buffer.from(told.body).toString()).message : told.do;

/** `cho` may delete ConfigMaps and not read them. */
async function blindly(namespace: string, policy: string) {
  await grant(target, namespace, 'cho', [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['delete', 'update'] },
  ]);
  const at = paths.core(namespace, 'configmaps');
  await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const way = openWay(await target.person('cho'), policy);
  const thinking = requestHandler(way.deps);
  const send = async (more: Parameters<typeof asked>[2] = {}, method = 'DELETE', path = `${at}/a`) => {
    const request = asked(method, path, more);
    return { told: await thinking.judge(request), id: request.id };
  };
  const approve = async (hold: Hold | undefined) => {
    assert.ok(hold);
    await way.deps.desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: true }, 60_000);
  };
  const requests = async () => {
    const acts = await way.journal.acts();
    return (await Promise.all(acts.map(({ id }) => way.journal.requests({ actId: id })))).flat();
  };
  return { ...way, thinking, send, approve, requests, at };
}

test('let go without a net, it goes out as it came: no UID is known to pin it to', () =>
  inNamespace(target, async (namespace) => {
    const { deps, send, approve, requests, thinking, close } = await blindly(namespace, policyOf(HOLD));
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 7 };
    const more = {
      body: Buffer.from(JSON.stringify(options)),
      headers: { 'user-agent': 'x', 'content-type': 'application/json' },
    };
    assert.match(textOf((await send(more)).told), /--without-net a/);
    await approve(deps.desk.list()[0]);
    const { told, id } = await send(more);
    assert.ok(told.do === 'forward', textOf(told));
    assert.ok(told.body, 'written anew, as every delete is');
    assert.deepEqual(JSON.parse(Buffer.from(told.body.bytes).toString()), options);
    assert.match(told.warnings.join(), /sent without a net/);
    thinking.settled(id, { status: 200, said: 'yes' });
    await thinking.close();
    const [row] = (await requests()).filter((one) => one.id === id);
    assert.equal(row?.status, 200);
    assert.equal(deps.onTheWay.count(), 0);
    await close();
  }));

test("so does helm's record that can't be read", () =>
  inNamespace(target, async (namespace) => {
    const { deps, send, approve, close, at } = await blindly(namespace, policyOf(HOLD));
    const name = 'sh.helm.release.v1.web.v1';
    const metadata = { name, labels: { name: 'web', owner: 'helm', status: 'uninstalling', version: '1' } };
    const record = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { release: 'x' } };
    await put(target, at, record);
    const more = {
      body: Buffer.from(JSON.stringify(record)),
      headers: { 'user-agent': 'Helm/4', 'content-type': 'application/json' },
    };
    assert.match(textOf((await send(more, 'PUT', `${at}/${name}`)).told), /--without-net/);
    await approve(deps.desk.list()[0]);
    const { told } = await send(more, 'PUT', `${at}/${name}`);
    assert.ok(told.do === 'forward', textOf(told));
    assert.deepEqual(JSON.parse(Buffer.from(told.body?.bytes ?? '').toString()), record);
    await close();
  }));

for (const [what, body] of [
  ['the object can’t be read', ''],
  ['nor can the request', '?'],
] as const)
  test(`a rule that denies is no hold: ${what}`, () =>
    inNamespace(target, async (namespace) => {
      const { deps, send, close, requests } = await blindly(namespace, policyOf(DENY));
      const { told } = await send({ body: Buffer.from(body) });
      assert.match(textOf(told), /toolcrib refused this: ask the platform team \(rule no\)/);
      assert.deepEqual(deps.desk.list(), [], 'there is no code that lets it go');
      assert.deepEqual(
        (await requests()).map(({ state, decision }) => [state, decision.then, decision.rule]),
        [['refused', 'deny', 'no']],
      );
      await close();
    }));

test('no yes is for what a rule refuses by now: a pass, and a yes to a client that waits', () =>
  inNamespace(target, async (namespace) => {
    const at = paths.core(namespace, 'configmaps');
    for (const name of ['passed', 'waits'])
      await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    const { deps, close } = openWay(
      target.cluster,
      policyOf(HOLD).replace('waitSeconds: 0', 'waitSeconds: 30'),
    );
    let policy = deps.policy();
    deps.policy = () => policy;
    const thinking = requestHandler(deps);
    const kubectl = { headers: { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': 's1' } };
    const waiting = thinking.judge(asked('DELETE', `${at}/waits`, kubectl));
    await thinking.judge(asked('DELETE', `${at}/passed`));
    const holds = deps.desk.list();
    assert.equal(holds.length, 2);
    const answer = async (name: string) => {
      const hold = holds.find(({ radius }) => radius.targets[0]?.name === name);
      await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
    };
    await answer('passed');
    policy = loadPolicy(policyOf(DENY), 'guard.yaml');
    await answer('waits');
    for (const told of [await waiting, await thinking.judge(asked('DELETE', `${at}/passed`))])
      assert.match(textOf(told), /ask the platform team \(rule no\)/);
    for (const name of ['passed', 'waits']) assert.ok(await seen(target, `${at}/${name}`));
    await thinking.close();
    await close();
  }));

test('who may patch and not read is told by the dry run that its owners stay: an apply of what only looks odd passes', () =>
  inNamespace(target, async (namespace) => {
    await grant(target, namespace, 'dan', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }]);
    const at = paths.core(namespace, 'configmaps');
    await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    const apply = (metadata: string) => ({
      query: 'fieldManager=dan&force=true',
      headers: { 'user-agent': 'x', 'content-type': 'application/apply-patch+yaml' },
      body: Buffer.from(
        `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\ndata:\n  run: |\n    #!/bin/sh\n    echo "\\n"\n`,
      ),
    });
    const { deps, close } = openWay(await target.person('dan'), policyOf('[]', 'observe'));
    const told = await requestHandler(deps).judge(asked('PATCH', `${at}/a`, apply('{name: a}')));
    assert.equal(textOf(told), 'forward');
    const ghost = `{name: a, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: ghost, uid: 00000000-0000-4000-8000-000000000001}]}`;
    const refused = await requestHandler(deps).judge(asked('PATCH', `${at}/a`, apply(ghost)));
    assert.equal(refused.do === 'answer' && refused.status, 403);
    await close();
  }));
