import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Cluster } from '@toolcrib/model';
import type { AskedRequest, Instruction } from '../request.ts';
import { type ClusterTarget, inNamespace, type OpenTarget, paths, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';
import { APPLY, CASES, type Case, deployment, JSON_TYPE, MERGE, zero } from './testing/two-readers.ts';

/** As the door would. */
async function send(
  cluster: Cluster,
  sent: AskedRequest,
  instruction: Extract<Instruction, { do: 'forward' }>,
): Promise<void> {
  const { path = sent.path, query = sent.query, body } = instruction;
  await cluster.request({
    method: sent.method,
    path: query === '' ? path : `${path}?${query}`,
    headers: { 'content-type': body?.type ?? sent.headers['content-type'] ?? JSON_TYPE },
    body: body?.bytes ?? sent.body,
  });
}

/**
 * What is judged is what is sent: each request would lower replicas by one reading and be harmless by another. In enforce
 * mode each is held or refused, and nothing of it arrives.
 */
export function twoReadersContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const at = (namespace: string) => `${paths.apps(namespace, 'deployments')}/web`;
  const replicasNow = async (namespace: string) => (await seen(target, at(namespace)))?.spec?.replicas;
  const request = (one: Case, namespace: string): AskedRequest => {
    const body = one.body(namespace);
    return asked(one.method, `${at(namespace)}${one.scale ? '/scale' : ''}`, {
      query: one.query ?? '',
      headers: { 'user-agent': 'dashboard/1.0', 'content-type': one.type },
      body: typeof body === 'string' ? Buffer.from(body) : body,
    });
  };

  for (const one of CASES) {
    test(`${one.what}: held or refused`, () =>
      inNamespace(target, async (namespace) => {
        await put(target, paths.apps(namespace, 'deployments'), deployment);
        const sent = request(one, namespace);
        const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
        const instruction = await judge(deps, sent);
        if (instruction.do === 'forward') await send(target.cluster, sent, instruction);
        const left = await replicasNow(namespace);
        assert.ok(left >= 3, `${left} left`);
        if (instruction.do === 'answer') assert.ok(instruction.status >= 400, String(instruction.status));
        await close();
        // That it is worth a test: the same bytes with nobody before the server.
        if (one.onlyReal && target.name === 'sandbox') return;
        await send(target.cluster, sent, { do: 'forward', warnings: [] });
        assert.equal(await replicasNow(namespace), one.sent ?? 0);
      }));
  }

  test('what the server was asked of a write is what it gets, but for dryRun', () =>
    inNamespace(target, async (namespace) => {
      await put(target, paths.apps(namespace, 'deployments'), deployment);
      const asking: { path: string; type?: string; body: string }[] = [];
      const listening = new Proxy(target.cluster, {
        get: (real, name) =>
          name !== 'request'
            ? Reflect.get(real, name)
            : (call: Parameters<Cluster['request']>[0]) => {
                const { method, path, headers, body = '' } = call;
                if (method === 'PATCH')
                  asking.push({ path, type: headers?.['content-type'], body: Buffer.from(body).toString() });
                return real.request(call);
              },
      });
      const body = `# applied\n${JSON.stringify(deployment)}\n`;
      const apply = asked('PATCH', at(namespace), {
        query: 'fieldManager=a%20b+c&force=tru%65&&dryRun',
        headers: { 'content-type': `${APPLY}; charset=utf-8` },
        body: Buffer.from(body),
      });
      const { deps, close } = openWay(listening, policyOf('[]'));
      const instruction = await judge(deps, { ...apply, query: apply.query.replace('&&dryRun', '') });
      assert.equal(instruction.do, 'forward');
      const { path, query, body: real } = instruction as Extract<Instruction, { do: 'forward' }>;
      assert.equal(query, 'fieldManager=a%20b%20c&force=true');
      assert.deepEqual(asking, [{ path: `${path}?${query}&dryRun=All`, type: APPLY, body }]);
      assert.deepEqual([real?.type, Buffer.from(real?.bytes ?? []).toString()], [APPLY, body]);
      await close();
    }));

  test('a custom resource under k8s.io has a size as well', () =>
    inNamespace(target, async (namespace) => {
      const group = 'cluster.x-k8s.io';
      const names = {
        plural: 'machinesets',
        singular: 'machineset',
        kind: 'MachineSet',
        listKind: 'MachineSetList',
      };
      const schema = {
        openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      };
      const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
      await put(target, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {
          name: `machinesets.${group}`,
          annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
        },
        spec: {
          group,
          scope: 'Namespaced',
          names,
          versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { scale } }],
        },
      });
      const kept = `/apis/${group}/v1/namespaces/${namespace}/machinesets`;
      const object = {
        apiVersion: `${group}/v1`,
        kind: 'MachineSet',
        metadata: { name: 'web' },
        spec: { replicas: 3 },
      };
      for (;;) {
        const { status } = await target.https('POST', kept, object);
        if (status === 201) break;
        assert.ok(status === 404 || status === 429, String(status));
        await new Promise((done) => setTimeout(done, 50));
      }
      const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
      for (const [type, body, below = ''] of [
        [MERGE, zero],
        [MERGE, '{"spec":[]}'],
        ['application/json-patch+json', '[{"op":"replace","path":"/spec/replicas","value":0}]'],
        [MERGE, zero, '/scale'],
        // Of a custom resource's path the server passes over what stands behind the subresource.
        [MERGE, zero, '/scale/anything'],
      ] as const) {
        const sent = asked('PATCH', `${kept}/web${below}`, {
          headers: { 'content-type': type },
          body: Buffer.from(body),
        });
        const instruction = await judge(deps, sent);
        if (instruction.do === 'forward') await send(target.cluster, sent, instruction);
        assert.equal((await seen(target, `${kept}/web`))?.spec?.replicas, 3, `${below} ${body}`);
      }
      const holds = deps.desk.list();
      assert.ok(holds.some(({ effect }) => effect.verb === 'scale' && effect.was === 3));
      await close();
    }));
}
