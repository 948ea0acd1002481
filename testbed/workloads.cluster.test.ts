// Proves with a real kubectl that workloads run on the testbed as on any cluster. Needs Go.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, type Harness, startHarness } from './harness.ts';
import type { Testbed } from './start.ts';

const n = 'work';
let testbed: Testbed;
let kubectlPath: Harness['kubectlPath'];
let kubectl: Harness['kubectl'];
let names: Harness['names'];
let uids: Harness['uids'];
let audit: Harness['audit'];
let furnish: Harness['furnish'];
before(async () => {
  ({ testbed, kubectlPath, kubectl, names, uids, audit, furnish } = await startHarness());
  await furnish(n);
});
after(() => testbed?.stop());

test('the server says which Kubernetes it is', async () => {
  const { serverVersion } = JSON.parse(await kubectl('version -o json'));
  assert.equal(serverVersion.gitVersion, testbed.state.version);
  assert.match(serverVersion.gitVersion, /^v1\.35\.\d+$/);
});

test('Pods run on three Nodes, placed by the real scheduler, and Services know their addresses', async () => {
  const nodes = await kubectl(`get pods -n ${n} -l app=agent -o jsonpath={.items[*].spec.nodeName}`);
  assert.deepEqual(nodes.split(' ').sort(), ['node-1', 'node-2', 'node-3']);
  const podIPs = await kubectl(`get pods -n ${n} -l app=web -o jsonpath={.items[*].status.podIP}`);
  const slice = `get endpointslices -n ${n} -l kubernetes.io/service-name=web -o jsonpath={.items[*].endpoints[*].addresses[0]}`;
  const addresses = await eventually(
    'three endpoints',
    () => kubectl(slice),
    (a) => a.split(' ').length === 3,
  );
  assert.deepEqual(addresses.split(' ').sort(), podIPs.split(' ').sort());
  assert.equal(new Set(addresses.split(' ')).size, 3);
  const events = await kubectl(
    `get events -n ${n} --field-selector reason=Scheduled -o jsonpath={.items[*].reportingComponent}`,
  );
  assert.match(events, /default-scheduler/);
});

test('a claim of the StatefulSet is bound to a volume of the default class, with data behind it', async () => {
  const phases = await kubectl(`get pvc -n ${n} -o jsonpath={.items[*].status.phase}`);
  assert.equal(phases, 'Bound Bound');
  const volume = await kubectl(`get pvc data-db-0 -n ${n} -o jsonpath={.spec.volumeName}`);
  const policy = await kubectl(`get pv ${volume} -o jsonpath={.spec.persistentVolumeReclaimPolicy}`);
  assert.equal(policy, 'Delete');
  assert.ok(existsSync(join(testbed.state.volumes, volume)));
});

test('Jobs complete or fail as their containers exit', async () => {
  await kubectl(`wait -n ${n} --for=condition=complete job/once --timeout=30s`);
  await kubectl(`wait -n ${n} --for=condition=failed job/fails --timeout=30s`);
  const exit = '{.items[0].status.containerStatuses[0].state.terminated.exitCode}';
  assert.equal(await kubectl(`get pods -n ${n} -l job-name=fails -o jsonpath=${exit}`), '3');
  // The job controller lets its Pods go only after it has counted them.
  const finalizers = `get pods -n ${n} -l job-name=once -o jsonpath={.items[*].metadata.finalizers}`;
  await eventually(
    'no tracking finalizer',
    () => kubectl(finalizers),
    (text) => text === '',
  );
});

test('an eviction within the PDB goes through, one beyond it is refused', async () => {
  const allowed = () => kubectl(`get pdb web -n ${n} -o jsonpath={.status.disruptionsAllowed}`);
  const evict = async () => {
    const [pod = ''] = await names(`get pods -n ${n} -l app=web`);
    const name = pod.replace('pod/', '');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: n } };
    return kubectl(`create --raw /api/v1/namespaces/${n}/pods/${name}/eviction -f -`, {
      input: JSON.stringify(eviction),
    });
  };
  await eventually('one of three may go', allowed, (count) => count === '1');
  const pods = () => uids(`get pods -n ${n} -l app=web`);
  const first = await pods();
  await evict();
  // An eviction of a Pod that is already terminating passes by any PDB: wait until the first is gone.
  await eventually('one replaced', pods, (now) => now.length === 3 && now.join() !== first.join());
  await kubectl(`rollout status -n ${n} deployment/web --timeout=30s`);
  await kubectl(`patch pdb web -n ${n} -p {"spec":{"minAvailable":3}}`);
  await eventually('none may go', allowed, (count) => count === '0');
  await assert.rejects(evict(), /disruption budget/);
});

test('a Pod that ignores SIGTERM stays for its grace period, then its node removes it by UID', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stubborn', annotations: { 'testbed.toolcrib.dev/stop-after': 'grace' } },
    spec: { containers: [{ name: 'c', image: 'busybox:1' }] },
  };
  await kubectl(`apply -n ${n} -f -`, { input: JSON.stringify(pod) });
  await kubectl(`wait -n ${n} --for=condition=ready pod/stubborn --timeout=30s`);
  const uid = await kubectl(`get pod stubborn -n ${n} -o jsonpath={.metadata.uid}`);
  const began = Date.now();
  await kubectl(`delete pod stubborn -n ${n} --grace-period=4`);
  const seconds = (Date.now() - began) / 1000;
  assert.ok(seconds > 2.9 && seconds < 15, `gone after ${seconds} s`);
  const [removal] = await audit(
    (e) =>
      e.verb === 'delete' && e.objectRef?.name === 'stubborn' && e.user.username.startsWith('system:node:'),
  );
  assert.equal(removal?.requestObject?.gracePeriodSeconds, 0);
  assert.deepEqual(removal?.requestObject?.preconditions, { uid });
});

test('logs, exec and port-forward reach a kubelet, over WebSocket and SPDY', async () => {
  assert.equal(await kubectl(`logs -n ${n} db-0`), 'db-0/db started');
  assert.equal(await kubectl(`exec -n ${n} db-0 -- echo a b`), 'a b');
  assert.equal(await kubectl(`exec -i -n ${n} db-0 -- cat`, { input: 'bytes' }), 'bytes');
  await assert.rejects(kubectl(`exec -n ${n} db-0 -- exit 7`), { code: 7 });
  assert.equal(
    await kubectl(`exec -n ${n} db-0 -- echo spdy`, {
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' },
    }),
    'spdy',
  );
  const forward = spawn(kubectlPath, [
    `--kubeconfig=${testbed.kubeconfigPath}`,
    'port-forward',
    '-n',
    n,
    'pod/db-0',
    ':5432',
    '--address=127.0.0.1',
  ]);
  try {
    const said = await new Promise<string>((done) => forward.stdout.setEncoding('utf8').once('data', done));
    const socket = connect(Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]), '127.0.0.1');
    const echoed = new Promise<string>((done, fail) =>
      socket.setEncoding('utf8').once('data', done).once('error', fail),
    );
    socket.write('ping');
    assert.equal(await echoed, 'ping');
    socket.destroy();
  } finally {
    forward.kill();
  }
});

test('a Pod waits for the ConfigMap it needs', async () => {
  const container = { name: 'c', image: 'busybox:1', envFrom: [{ configMapRef: { name: 'late' } }] };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'waits' },
    spec: { containers: [container] },
  };
  await kubectl(`apply -n ${n} -f -`, { input: JSON.stringify(pod) });
  const waiting = `get pod waits -n ${n} -o jsonpath={.status.containerStatuses[0].state.waiting.reason}`;
  await eventually(
    'it waits',
    () => kubectl(waiting),
    (reason) => reason === 'ContainerCreating',
  );
  await kubectl(`create configmap late -n ${n} --from-literal=a=b`);
  await kubectl(`wait -n ${n} --for=condition=ready pod/waits --timeout=30s`);
});

test('a Pod annotated unready holds a rollout back', async () => {
  const annotations =
    '{"spec":{"template":{"metadata":{"annotations":{"testbed.toolcrib.dev/ready":"false"}}}}}';
  await kubectl(`patch statefulset db -n ${n} -p ${annotations}`);
  const status = () =>
    kubectl(`get statefulset db -n ${n} -o jsonpath={.status.updatedReplicas},{.status.readyReplicas}`);
  await eventually('one of two updated', status, (text) => text === '1,1');
  await kubectl(`annotate pod db-1 -n ${n} --overwrite testbed.toolcrib.dev/ready=true`);
  await eventually('the second follows', status, (text) => text === '2,1');
});

test('a CronJob makes a Job each minute', async () => {
  const owned = '{range.items[*]}{.metadata.ownerReferences[0].kind}{end}';
  await eventually(
    'a Job of the CronJob',
    () => kubectl(`get jobs -n ${n} -o jsonpath=${owned}`),
    (kinds) => kinds.includes('CronJob'),
    70,
  );
});
