// Proves that people, audit log and webhooks work on the testbed, and that nothing outlives its parent. Needs Go.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { eventually, type Harness, startHarness } from './harness.ts';
import type { Person, Testbed } from './start.ts';

let testbed: Testbed;
let kubectl: Harness['kubectl'];
let names: Harness['names'];
let audit: Harness['audit'];
before(async () => {
  ({ testbed, kubectl, names, audit } = await startHarness());
});
after(() => testbed?.stop());

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
