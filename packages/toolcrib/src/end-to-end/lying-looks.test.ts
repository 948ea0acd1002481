import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { connectCluster } from '@toolcrib/guard/cluster';
import type { AskedRequest } from '@toolcrib/guard/request';
import { dialsDefinition } from '@toolcrib/guard/testing/dials.ts';
import { targetOf } from '@toolcrib/guard/testing/kubeconfig-target.ts';
import { type ClusterTarget, paths, put } from '@toolcrib/guard/testing/target.ts';
import { asked, openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import { judge } from '@toolcrib/guard/way/judge';
import type { Cluster } from '@toolcrib/model';
import { startSandbox } from '@toolcrib/sandbox';
import { type Liar, type Lie, startLiar } from '../testing/liar.ts';

// Somebody between the guard and the cluster answers the guard's own looks: each of them in turn, with each lie. Nothing
// may pass that was not kept, or that a rule which holds everything would not hold.

const NS = 'looks';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_BODY = { 'content-type': 'application/json' };
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
  },
};
const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } };
const record = (status: string) => {
  const release = { name: 'shop', namespace: NS, manifest: JSON.stringify(map), info: { status } };
  const packed = gzipSync(JSON.stringify(release)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: 'sh.helm.release.v1.shop.v1',
      labels: { name: 'shop', owner: 'helm', status, version: '1' },
    },
    data: { release: Buffer.from(packed).toString('base64') },
  };
};
const deployments = paths.apps(NS, 'deployments');
const dials = `/apis/example.com/v1/namespaces/${NS}/dials`;
const secrets = paths.core(NS, 'secrets');
const body = (value: object) => Buffer.from(JSON.stringify(value));
const write = (method: string, path: string, headers: Record<string, string>, value: object) => () =>
  asked(method, path, { headers: { 'user-agent': 'dashboard', ...headers }, body: body(value) });

const FORMS: [string, () => AskedRequest][] = [
  ['a merge patch to 0', write('PATCH', `${deployments}/web`, MERGE, { spec: { replicas: 0 } })],
  [
    'a patch that only the server can read',
    write('PATCH', `${deployments}/web`, { 'content-type': 'application/json-patch+json' }, [
      { op: 'replace', path: '/spec/replicas', value: 0 },
    ]),
  ],
  ['a PUT', write('PUT', `${deployments}/web`, JSON_BODY, { ...web, spec: { ...web.spec, replicas: 0 } })],
  ['scale of a Deployment', write('PATCH', `${deployments}/web/scale`, MERGE, { spec: { replicas: 0 } })],
  ['scale of a custom resource', write('PATCH', `${dials}/db/scale`, MERGE, { spec: { replicas: 0 } })],
  [
    "helm's uninstall",
    write('PUT', `${secrets}/sh.helm.release.v1.shop.v1`, JSON_BODY, record('uninstalling')),
  ],
  ['a delete', () => asked('DELETE', `${deployments}/web`)],
  ['a delete that can’t be read', () => asked('DELETE', `${deployments}/web`, { body: Buffer.from('?') })],
];

const LIES: [Lie, boolean][] = [
  [404, false],
  [404, true],
  [403, false],
  [403, true],
  [429, false],
  [503, true],
  [302, false],
  ['log-in page', true],
  ['empty list', true],
  ['other kind', true],
  ['truncated', true],
];

let target: ClusterTarget;
let liar: Liar;
let through: () => Cluster;
before(async () => {
  const sandbox = await startSandbox({ controllers: false });
  target = await targetOf({
    name: 'sandbox',
    admin: sandbox.kubeconfig(),
    person: (name) => sandbox.kubeconfig({ name }),
    close: () => sandbox.close(),
  });
  await put(target, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } });
  await put(target, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', dialsDefinition);
  await put(target, dials, {
    apiVersion: 'example.com/v1',
    kind: 'Dial',
    metadata: { name: 'db' },
    // A field that only looks like its size.
    spec: { size: 3, replicas: 0 },
  });
  await put(target, deployments, web);
  await put(target, paths.core(NS, 'configmaps'), map);
  await put(target, secrets, record('deployed'));
  liar = await startLiar(sandbox.kubeconfig());
  // Without what an earlier request has found out of what the cluster serves.
  through = () => connectCluster(liar.upstream, 'prod');
});
after(async () => {
  await liar.close();
  await target.close();
});

/** So many looks of a request are lied about, one after another; the LISTs that come behind them are all alike. */
const MOST = 8;

/** In observe nothing is held, so that what passes can be told from what is answered. */
async function run(request: AskedRequest, nth: number, [lie, honest]: [Lie, boolean]) {
  const policy = policyOf('[{name: all, when: "true", then: hold}]', 'observe');
  const { deps, journal, close } = openWay(through(), policy);
  const told = liar.lieAbout('/', { nth, lie, honest, point: 'never', reads: true });
  try {
    const passes = (await judge(deps, request)).do === 'forward';
    const [act] = await journal.acts();
    const [judged] = await journal.requests({ actId: act?.id ?? '' });
    const kept = (await journal.snapshotsOf(act?.id ?? '')).flatMap(({ objects }) => objects);
    const name = request.path
      .replace(/\/scale$/, '')
      .split('/')
      .at(-1);
    return {
      passes,
      looks: told.seen(),
      wouldBeHeld: judged?.decision.wouldBe === 'hold',
      kept: kept.some(({ metadata }) => metadata.name === name && metadata.uid !== undefined),
    };
  } finally {
    liar.truthful();
    await close();
  }
}

for (const [name, form] of FORMS) {
  describe(name, () => {
    test('passes where everybody tells the truth: kept, and enforce would hold it', async () => {
      const { looks, ...rest } = await run(form(), 0, [404, true]);
      assert.deepEqual(rest, { passes: true, wouldBeHeld: true, kept: true });
      assert.ok(looks > 1, `it was looked at (${looks})`);
    });
    for (const lie of LIES) {
      test(`each look answered with ${lie[0]}${lie[1] ? '' : ', a page'}`, async () => {
        for (let [nth, looks] = [1, 1]; nth <= Math.min(looks, MOST); nth++) {
          const told = await run(form(), nth, lie);
          looks = told.looks;
          const safe = !told.passes || (told.wouldBeHeld && told.kept);
          assert.ok(safe, `look ${nth} of ${looks}: ${JSON.stringify(told)}`);
        }
      });
    }
  });
}
