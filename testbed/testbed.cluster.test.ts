// Proves with a real kubectl that the testbed is a cluster: every controller that the tests of this
// project lean on does its work, and nothing outlives its parent. Needs Go (npm run test:cluster).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clients } from './clients.ts';
import { type Person, startTestbed, type Testbed } from './start.ts';

const workloads = join(import.meta.dirname, 'fixtures', 'workloads.yaml');
let testbed: Testbed;
let kubectlPath: string;

/** kubectl's stdout. Rejects with its stderr in the message. */
async function kubectl(
  args: string,
  options: { as?: Person; input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const kubeconfig = options.as ? testbed.persons[options.as] : testbed.kubeconfigPath;
  const running = promisify(execFile)(kubectlPath, [`--kubeconfig=${kubeconfig}`, ...args.split(' ')], {
    env: { HOME: testbed.state.data, ...options.env },
    timeout: 90_000,
  });
  running.child.stdin?.end(options.input ?? '');
  return (await running).stdout.trim();
}

const names = async (args: string) => (await kubectl(`${args} -o name`)).split('\n').filter(Boolean).sort();
const uids = async (args: string) =>
  (await kubectl(`${args} -o jsonpath={.items[*].metadata.uid}`)).split(' ').filter(Boolean).sort();

/** Asks until the answer satisfies, as people do with `kubectl get`. */
async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end) assert.fail(`not within ${seconds} s: ${what}; last: ${JSON.stringify(answer)}`);
    await sleep(200);
  }
}

type AuditEvent = {
  verb: string;
  user: { username: string };
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
  requestObject?: Record<string, unknown>;
  responseStatus?: { code: number };
};

async function audit(match: (event: AuditEvent) => boolean): Promise<AuditEvent[]> {
  const lines = (await readFile(testbed.auditLogPath, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line): AuditEvent => JSON.parse(line)).filter(match);
}

before(async () => {
  kubectlPath = (await clients()).kubectl;
  testbed = await startTestbed();
});
after(() => testbed?.stop());

async function furnish(namespace: string): Promise<void> {
  await kubectl(`create namespace ${namespace}`);
  await kubectl(`apply -n ${namespace} -f ${workloads}`);
  await kubectl(`rollout status -n ${namespace} deployment/web statefulset/db daemonset/agent --timeout=60s`);
}

describe('workloads', () => {
  const n = 'work';
  before(() => furnish(n));

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
});

describe('deletion', () => {
  const n = 'gone';
  before(() => furnish(n));

  test('background: the Deployment goes at once, its ReplicaSet and Pods follow', async () => {
    await kubectl(`delete deployment web -n ${n} --cascade=background`);
    await eventually(
      'nothing left',
      () => names(`get replicasets,pods -n ${n} -l app=web`),
      (left) => left.length === 0,
    );
  });

  test('foreground: the owner stays until its Pods are gone', async () => {
    await kubectl(`delete daemonset agent -n ${n} --cascade=foreground --wait=false`);
    const finalizers = await kubectl(`get daemonset agent -n ${n} -o jsonpath={.metadata.finalizers[*]}`);
    assert.match(finalizers, /foregroundDeletion/);
    await kubectl(`wait -n ${n} --for=delete daemonset/agent --timeout=30s`);
    assert.deepEqual(await names(`get pods -n ${n} -l app=agent`), []);
  });

  test('orphan: the Pods keep running, and a StatefulSet created again adopts them', async () => {
    const running = await uids(`get pods -n ${n} -l app=db`);
    assert.equal(running.length, 2);
    await kubectl(`delete statefulset db -n ${n} --cascade=orphan`);
    await sleep(3000); // long enough for a wrong collector
    assert.deepEqual(await uids(`get pods -n ${n} -l app=db`), running);
    assert.equal(
      await kubectl(`get pods -n ${n} -l app=db -o jsonpath={.items[*].metadata.ownerReferences}`),
      '',
    );
    await kubectl(`apply -n ${n} -f ${workloads}`);
    const owner = await kubectl(`get statefulset db -n ${n} -o jsonpath={.metadata.uid}`);
    const owners = () =>
      kubectl(`get pods -n ${n} -l app=db -o jsonpath={.items[*].metadata.ownerReferences[0].uid}`);
    await eventually('adopted', owners, (text) => text === `${owner} ${owner}`);
    assert.deepEqual(await uids(`get pods -n ${n} -l app=db`), running);
  });

  test('a claim in use waits for its Pod; then volume and data go', async () => {
    const volume = await kubectl(`get pvc data-db-1 -n ${n} -o jsonpath={.spec.volumeName}`);
    await writeFile(join(testbed.state.volumes, volume, 'orders'), 'precious');
    await kubectl(`delete pvc data-db-1 -n ${n} --wait=false`);
    await sleep(1000);
    assert.notEqual(await kubectl(`get pvc data-db-1 -n ${n} -o jsonpath={.metadata.deletionTimestamp}`), '');
    await kubectl(`scale statefulset db -n ${n} --replicas=1`);
    await kubectl(`wait -n ${n} --for=delete pvc/data-db-1 --timeout=30s`);
    await kubectl(`wait --for=delete pv/${volume} --timeout=30s`);
    assert.equal((await readdir(testbed.state.volumes)).includes(volume), false);
  });

  test('a volume whose policy was changed to Retain keeps its data', async () => {
    const volume = await kubectl(`get pvc data-db-0 -n ${n} -o jsonpath={.spec.volumeName}`);
    await writeFile(join(testbed.state.volumes, volume, 'orders'), 'precious');
    await kubectl(`patch pv ${volume} -p {"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`);
    await kubectl(`delete statefulset db -n ${n}`);
    await kubectl(`delete pvc data-db-0 -n ${n} --timeout=30s`);
    await eventually(
      'released',
      () => kubectl(`get pv ${volume} -o jsonpath={.status.phase}`),
      (p) => p === 'Released',
    );
    await sleep(2000); // long enough for a wrong provisioner
    assert.equal(await readFile(join(testbed.state.volumes, volume, 'orders'), 'utf8'), 'precious');
  });

  test('a namespace full of things ends, Pods first', async () => {
    await furnish('full');
    await kubectl('delete namespace full --timeout=80s');
    assert.deepEqual(await names('get pv --field-selector spec.claimRef.namespace=full').catch(() => []), []);
    const removed = (
      await audit((e) => e.verb === 'deletecollection' && e.objectRef?.namespace === 'full')
    ).map((e) => e.objectRef?.resource);
    assert.ok(removed.includes('deployments'), removed.join());
    assert.ok(removed.indexOf('pods') < removed.indexOf('deployments'), removed.join());
  });
});

describe('people', () => {
  const may = (as: Person, what: string) =>
    kubectl(`auth can-i ${what}`, { as }).then(
      (answer) => answer === 'yes',
      (error: { stdout?: string }) => {
        assert.equal(error.stdout?.trim(), 'no');
        return false;
      },
    );

  test('each may what the role says', async () => {
    const asked = [
      'delete pods -n shop',
      'delete pods -n default',
      'get pods -n default',
      'get secrets -n shop',
      'delete nodes',
    ];
    const answers = async (as: Person) => Promise.all(asked.map((what) => may(as, what)));
    assert.deepEqual(await answers('aiko'), [true, true, true, true, true]);
    assert.deepEqual(await answers('ben'), [true, false, false, true, false]);
    assert.deepEqual(await answers('cho'), [false, false, true, false, false]);
  });

  test('and the audit log holds who did what, refusals and DeleteOptions too', async () => {
    await kubectl('create configmap note --from-literal=a=b -n shop', { as: 'ben' });
    await assert.rejects(kubectl('delete configmap note -n shop', { as: 'cho' }), /forbidden/i);
    await kubectl('create deployment idle --image=nginx:1.29 -n shop', { as: 'ben' });
    await kubectl('delete deployment idle -n shop --cascade=orphan', { as: 'aiko' });
    const done = async (name: string) =>
      (await audit((e) => e.objectRef?.name === name && e.objectRef.namespace === 'shop')).filter((e) =>
        ['aiko', 'ben', 'cho'].includes(e.user.username),
      );
    const notes = (await done('note')).map((e) => [e.user.username, e.verb, e.responseStatus?.code]);
    assert.deepEqual(
      notes.filter(([, verb]) => verb !== 'get'),
      [
        ['ben', 'create', 201],
        ['cho', 'delete', 403],
      ],
    );
    const [removal] = (await done('idle')).filter((e) => e.verb === 'delete');
    assert.equal(removal?.user.username, 'aiko');
    assert.equal(removal?.requestObject?.propagationPolicy, 'Orphan');
    await kubectl('delete replicasets --all -n shop', { as: 'ben' });
  });
});

test('a validating webhook on loopback can refuse a delete', async (t) => {
  const { ca, cert, key } = testbed.state.serving;
  const seen: { operation: string; name: string; oldObject: unknown; userInfo: { username: string } }[] = [];
  const webhook = createServer(
    { cert: await readFile(cert), key: await readFile(key) },
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const review = JSON.parse(Buffer.concat(chunks).toString());
      seen.push(review.request);
      const answer = { uid: review.request.uid, allowed: false, status: { code: 403, message: 'not today' } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: review.kind, response: answer }));
    },
  );
  await new Promise<void>((done) => webhook.listen(0, '127.0.0.1', done));
  t.after(() => webhook.close());
  const { port } = webhook.address() as AddressInfo;
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'guarded' },
    webhooks: [
      {
        name: 'guarded.toolcrib.dev',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: (await readFile(ca)).toString('base64'),
        },
        rules: [{ operations: ['DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
        objectSelector: { matchLabels: { guarded: 'yes' } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
  await kubectl('apply -f -', { input: JSON.stringify(configuration) });
  const guarded = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kept', labels: { guarded: 'yes' } },
  };
  // The API server takes up a configuration within moments, not at once.
  await eventually(
    'the webhook is asked',
    async () => {
      await kubectl('apply -n shop -f -', { input: JSON.stringify(guarded) });
      return kubectl('delete configmap kept -n shop', { as: 'ben' }).then(
        String,
        (error: Error) => error.message,
      );
    },
    (said) => said.includes('not today'),
  );
  assert.deepEqual(
    seen.map((each) => [each.operation, each.name, each.userInfo.username]),
    [['DELETE', 'kept', 'ben']],
  );
  assert.ok(seen[0]?.oldObject);
  assert.deepEqual(await names('get configmaps -n shop -l guarded'), ['configmap/kept']);
  await kubectl('delete validatingwebhookconfiguration guarded');
});

test('a second testbed stands beside the first, and ends with a parent that is killed', async () => {
  const script = `import { startTestbed } from ${JSON.stringify(join(import.meta.dirname, 'start.ts'))};
    const { state } = await startTestbed({ nodes: 1 }); console.log(JSON.stringify(state)); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await new Promise<string[]>((done) =>
    parent.stdout.setEncoding('utf8').once('data', (text) => done(text.split('\n'))),
  );
  const state = JSON.parse(line ?? '');
  assert.notEqual(state.server, testbed.state.server);
  assert.ok(existsSync(state.auditLog));
  parent.kill('SIGKILL');
  const left = async () => {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid,args']);
    return stdout.split('\n').filter((row) => row.includes(state.data));
  };
  await eventually(
    'no process and no data left',
    left,
    (rows) => rows.length === 0 && !existsSync(state.data),
  );
});
