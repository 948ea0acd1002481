import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SeenRequest } from '../server/api-server.ts';
import type { RunningSandbox } from '../start.ts';
import { startSandbox } from '../start.ts';
import type { ClientRunner } from '../testing/kubectl.ts';
import { clientRunner } from '../testing/kubectl.ts';

let sandbox: RunningSandbox;
let clients: ClientRunner;
const seen: SeenRequest[] = [];

before(async () => {
  sandbox = await startSandbox({ podStartMs: 50, podStopMs: 20, onRequest: (request) => seen.push(request) });
  clients = await clientRunner(sandbox.kubeconfig());
});

after(async () => {
  await clients.close();
  await sandbox.close();
});

/** Runs kubectl, demands success, and gives what it printed. */
async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await clients.kubectl(args);
  assert.equal(code, 0, `kubectl ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await clients.kubectl(args);
  assert.notEqual(code, 0, `kubectl ${args.join(' ')} was not refused\n${stdout}`);
  return stderr;
}

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {currency: EUR}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
        ports: [{containerPort: 80}]
        resources: {requests: {cpu: "0.5", memory: 1024Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka, namespace: shop}
spec:
  serviceName: kafka
  replicas: 2
  selector: {matchLabels: {app: kafka}}
  template:
    metadata: {labels: {app: kafka}}
    spec:
      containers: [{name: kafka, image: "kafka:4"}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;

test('apply creates, and applying the same again changes nothing', async () => {
  const file = await clients.file('shop.yaml', SHOP);
  const first = await kubectl('apply', '-f', file);
  assert.match(first, /deployment.apps\/web created/);
  await kubectl('-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=30s');
  await kubectl('-n', 'shop', 'rollout', 'status', 'statefulset/kafka', '--timeout=30s');
  const generations = () =>
    kubectl('-n', 'shop', 'get', 'deploy,sts', '-o', 'jsonpath={.items[*].metadata.generation}');
  assert.equal(await generations(), '1 1');
  const again = await kubectl('apply', '-f', file);
  // kubectl itself says "configured" where the server normalised what was written: "0.5" to 500m, the claim template.
  assert.equal(again.match(/unchanged/g)?.length, 3, again);
  assert.equal(await generations(), '1 1');
  assert.match(await kubectl('diff', '-f', file), /^$/);
});

test('get prints the columns that people expect, and the form that the server normalises to', async () => {
  const wide = await kubectl('-n', 'shop', 'get', 'pods', '-l', 'app=web', '-o', 'wide');
  assert.match(wide, /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/);
  assert.equal(wide.match(/1\/1 +Running +0 /g)?.length, 2, wide);
  assert.match(
    await kubectl('-n', 'shop', 'get', 'sts,svc,cm,pvc'),
    /persistentvolumeclaim\/data-kafka-0 +Bound /,
  );
  const resources = await kubectl('-n', 'shop', 'get', 'deploy/web', '-o', 'jsonpath={..resources.requests}');
  assert.deepEqual(JSON.parse(resources), { cpu: '500m', memory: '1Gi' });
  const yaml = await kubectl('-n', 'shop', 'get', 'svc/web', '-o', 'yaml');
  assert.match(yaml, /clusterIP: 10\.96\.\d+\.\d+\n/);
  assert.match(yaml, /targetPort: 80\n/);
});

test('describe shows an object with its events', async () => {
  const text = await kubectl('-n', 'shop', 'describe', 'deployment/web');
  assert.match(text, /Replicas: +2 desired \| 2 updated \| 2 total \| 2 available/);
  assert.match(text, /ScalingReplicaSet/);
});

test('set image, rollout history, undo and restart', async () => {
  const inShop = ['-n', 'shop'];
  const image = async () => kubectl(...inShop, 'get', 'deploy/web', '-o', 'jsonpath={..image}');
  await kubectl(...inShop, 'set', 'image', 'deployment/web', 'web=nginx:1.28');
  await kubectl(...inShop, 'rollout', 'status', 'deployment/web', '--timeout=30s');
  assert.equal(await image(), 'nginx:1.28');
  assert.match(await kubectl(...inShop, 'rollout', 'history', 'deployment/web'), /\n1 .*\n2 /);
  await kubectl(...inShop, 'rollout', 'undo', 'deployment/web');
  await kubectl(...inShop, 'rollout', 'restart', 'deployment/web');
  await kubectl(...inShop, 'rollout', 'status', 'deployment/web', '--timeout=30s');
  assert.equal(await image(), 'nginx:1.27');
});

test('scale, label, annotate, patch in three ways, and wait', async () => {
  const inShop = ['-n', 'shop'];
  await kubectl(...inShop, 'scale', 'deployment/web', '--replicas=3');
  await kubectl(
    ...inShop,
    'wait',
    '--for=jsonpath={.status.readyReplicas}=3',
    'deployment/web',
    '--timeout=30s',
  );
  await kubectl(...inShop, 'label', 'deployment/web', 'tier=front');
  await kubectl(...inShop, 'annotate', 'deployment/web', 'example.com/note=hello');
  const container =
    '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}';
  await kubectl(...inShop, 'patch', 'deployment/web', '-p', container);
  await kubectl(
    ...inShop,
    'patch',
    'configmap/settings',
    '--type=merge',
    '-p',
    '{"data":{"currency":null,"lang":"de"}}',
  );
  const operations = '[{"op":"replace","path":"/data/lang","value":"en"}]';
  await kubectl(...inShop, 'patch', 'configmap/settings', '--type=json', '-p', operations);
  assert.equal(await kubectl(...inShop, 'get', 'cm/settings', '-o', 'jsonpath={.data}'), '{"lang":"en"}');
  const spec = JSON.parse(await kubectl(...inShop, 'get', 'deploy/web', '-o', 'json')).spec.template.spec
    .containers;
  assert.equal(spec.length, 1);
  assert.equal(spec[0].image, 'nginx:1.27');
  assert.deepEqual(spec[0].env, [{ name: 'A', value: '1' }]);
});

test('server-side apply: owners, conflicts, force', async () => {
  const file = await clients.file(
    'ssa.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: owned, namespace: shop}\ndata: {a: "1", b: "1"}\n',
  );
  await kubectl('apply', '--server-side', '-f', file);
  await kubectl('-n', 'shop', 'patch', 'cm/owned', '--type=merge', '-p', '{"data":{"a":"2"}}');
  const conflict = await refused('apply', '--server-side', '-f', file);
  assert.match(conflict, /Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: \.data\.a/);
  await kubectl('apply', '--server-side', '--force-conflicts', '-f', file);
  await clients.file(
    'ssa.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: owned, namespace: shop}\ndata: {a: "1"}\n',
  );
  await kubectl('apply', '--server-side', '-f', file);
  assert.equal(await kubectl('-n', 'shop', 'get', 'cm/owned', '-o', 'jsonpath={.data}'), '{"a":"1"}');
});

test('typed creates arrive in protobuf', async () => {
  await kubectl('-n', 'shop', 'create', 'deployment', 'typed', '--image=nginx', '--replicas=1');
  await kubectl('-n', 'shop', 'create', 'secret', 'generic', 'typed', '--from-literal=key=value');
  const bodies = seen.filter(
    ({ headers }) => headers['content-type'] === 'application/vnd.kubernetes.protobuf',
  );
  assert.equal(bodies.length >= 2, true, 'kubectl sent no protobuf');
  assert.equal(await kubectl('-n', 'shop', 'get', 'secret/typed', '-o', 'jsonpath={.data.key}'), 'dmFsdWU=');
  assert.match(await kubectl('auth', 'can-i', 'delete', 'pods'), /yes/);
});

test('faults are told as the real server tells them', async () => {
  assert.match(await refused('-n', 'none', 'create', 'configmap', 'a'), /namespaces "none" not found/);
  assert.match(
    await refused('-n', 'shop', 'get', 'pod', 'none'),
    /Error from server \(NotFound\): pods "none" not found/,
  );
  const immutable = await refused(
    '-n',
    'shop',
    'patch',
    'deploy/web',
    '--type=merge',
    '-p',
    '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}',
  );
  assert.match(immutable, /The Deployment "web" is invalid/);
  assert.match(immutable, /spec\.selector: Invalid value: .*: field is immutable/);
  const unknown = await clients.kubectl(
    ['create', '-f', '-'],
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndatum: {}\n',
  );
  assert.match(unknown.stderr, /strict decoding error: unknown field "datum"/);
});

test('deletes cascade in the background, in the foreground, or orphan', async () => {
  const inShop = ['-n', 'shop'];
  const uids = async () =>
    (await kubectl(...inShop, 'get', 'pods', '-l', 'app=kafka', '-o', 'jsonpath={.items[*].metadata.uid}'))
      .split(' ')
      .sort();
  const before = await uids();
  await kubectl(...inShop, 'delete', 'statefulset/kafka', '--cascade=orphan');
  assert.deepEqual(await uids(), before);
  const owners = '{.items[*].metadata.ownerReferences}';
  assert.equal(await kubectl(...inShop, 'get', 'pods', '-l', 'app=kafka', '-o', `jsonpath=${owners}`), '');
  await kubectl(...inShop, 'delete', 'deployment/web', '--cascade=foreground');
  assert.equal(await kubectl(...inShop, 'get', 'pods,rs', '-l', 'app=web', '-o', 'name'), '');
  await kubectl(...inShop, 'delete', 'deployment/typed');
  await kubectl(...inShop, 'wait', '--for=delete', 'pod', '-l', 'app=typed', '--timeout=30s');
  assert.equal(await kubectl(...inShop, 'get', 'rs', '-o', 'name'), '');
});

test('a watch prints changes as they come', async () => {
  const watching = kubectl(
    '-n',
    'shop',
    'get',
    'cm',
    'settings',
    '-w',
    '-o',
    'jsonpath={.data.lang} ',
    '--request-timeout=3s',
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await kubectl('-n', 'shop', 'patch', 'cm/settings', '--type=merge', '-p', '{"data":{"lang":"fr"}}');
  assert.equal((await watching).trim(), 'en fr');
});

test('a namespace goes with all that is in it', async () => {
  await kubectl('delete', 'namespace', 'shop', '--timeout=40s');
  assert.match(await refused('get', 'ns', 'shop'), /NotFound/);
});
