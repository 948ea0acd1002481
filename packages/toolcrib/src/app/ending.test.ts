import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, request } from 'node:https';
import { after, before, test } from 'node:test';
import { until } from '../testing/target.ts';
import { type RecordingCluster, startRecordingCluster } from './testing/recording-cluster.ts';
import { type GuardHome, guardHome, pause, type RunningGuard } from './testing/running-guard.ts';

const DELETES = 30;

let cluster: RecordingCluster;
let home: GuardHome;
before(async () => {
  // So far away that a delete takes seconds: it looks first, and each look goes there and back.
  cluster = await startRecordingCluster(150);
  home = guardHome(cluster.kubeconfig);
  await cluster.create('/api/v1/namespaces', [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'end' } },
  ]);
});
after(async () => {
  home?.remove();
  await cluster?.close();
});

const maps = '/api/v1/namespaces/end/configmaps';

function options(guard: RunningGuard, method: string, path: string, context: string) {
  return {
    host: '127.0.0.1',
    servername: 'localhost',
    port: guard.port,
    ca: guard.ca,
    method,
    path,
    headers: { authorization: `Bearer ${guard.token(context)}`, 'user-agent': `test-${path}` },
    agent: new Agent({ keepAlive: true }),
  };
}

/** How a request ended: its status, or the error that its client got instead. */
function ended(guard: RunningGuard, path: string, context: string): Promise<string> {
  return new Promise((resolve) => {
    const call = request(options(guard, 'DELETE', path, context), (response) => {
      response.resume();
      response.on('end', () => resolve(String(response.statusCode)));
      response.on('error', (error) => resolve(String(error)));
    });
    call.on('error', (error) => resolve(String(error)));
    call.end();
  });
}

test(`SIGTERM with ${DELETES} deletes under way: each client gets its answer, and each answer is true`, async () => {
  await cluster.create(
    maps,
    Array.from({ length: DELETES }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `map-${i}` },
    })),
  );
  const guard = await home.start();
  const context = (await guard.api.status()).contexts[0]?.context ?? '';
  // Of somebody who is connected and asks nothing now.
  const idle = options(guard, 'GET', '/version', context);
  const quiet = get(idle);
  const [version] = await once(quiet, 'response');
  version.resume();
  await once(version, 'end');

  let first = false;
  const answers = Array.from({ length: DELETES }, (_, i) =>
    ended(guard, `${maps}/map-${i}`, context).then((answer) => {
      first = true;
      return answer;
    }),
  );
  await until('the first of them is answered', async () => first);
  const stopped = guard.stop();
  const got = await Promise.all(answers);
  assert.deepEqual(got, Array(DELETES).fill('200'));
  assert.equal((await stopped)?.code, 0);
  const arrived = (await cluster.record()).map(({ path }) => path).sort();
  assert.deepEqual(arrived, Array.from({ length: DELETES }, (_, i) => `${maps}/map-${i}`).sort());
  const journal = home.journal();
  try {
    assert.deepEqual(await journal.requests({ state: 'kept' }), []);
    assert.equal((await journal.requests({ state: 'answered' })).length, DELETES);
  } finally {
    await journal.close();
  }
});

test('while it waits nothing new is let in; asked a second time it ends at once, and what was not sent is not sent', async () => {
  const guard = await home.start();
  const context = (await guard.api.status()).contexts[0]?.context ?? '';
  await cluster.create(maps, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'last' } }]);
  const before = (await cluster.record()).length;
  const last = ended(guard, `${maps}/last`, context);
  await pause(100);
  process.kill(guard.pid, 'SIGTERM');
  await until('nobody is let in', async () =>
    /ECONNREFUSED/.test(await ended(guard, `${maps}/other`, context)),
  );
  process.kill(guard.pid, 'SIGTERM');
  const answer = await last;
  await guard.stop();
  const sent = (await cluster.record()).length - before;
  // Killed in the midst, its client gets no answer: then the journal knows whether it was sent.
  if (/^5/.test(answer)) assert.equal(sent, 0, answer);
  if (answer === '200') assert.equal(sent, 1);
});
