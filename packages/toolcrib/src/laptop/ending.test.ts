import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, request } from 'node:https';
import { after, before, test } from 'node:test';
import { until } from '@toolcrib/guard/testing/target.ts';
import { CLI } from '../testing/programs.ts';
import { type RecordingCluster, startRecordingCluster } from '../testing/recording-cluster.ts';
import { type GuardHome, guardHome, pause, type RunningGuard } from '../testing/running-guard.ts';

const DELETES = 30;
/** However slow the machine: what is shown is that each is answered, not that half a minute is enough for it. */
const PATIENT = { drain: 600_000, heartbeat: { every: 1_000, most: 600 } };

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
  const guard = await home.start(undefined, PATIENT);
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

/** A delete whose client has not said all yet: under way for as long as the test wants. */
async function unfinished(guard: RunningGuard, context: string, path: string) {
  const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1' });
  const { headers, ...rest } = options(guard, 'DELETE', path, context);
  const length = { 'content-type': 'application/json', 'content-length': body.length };
  const call = request({ ...rest, headers: { ...headers, ...length } });
  const answered = new Promise<string>((resolve) => {
    call.on('response', (response) => resolve(String(response.statusCode)));
    call.on('error', (error) => resolve(String(error)));
  });
  call.flushHeaders();
  const [socket] = await once(call, 'socket');
  await once(socket, 'secureConnect');
  return { answered, finish: () => void call.end(body) };
}

/** `toolcrib guard stop`, as a process that can be interrupted. */
function stopping() {
  const args = ['--conditions=toolcrib-source', '--no-warnings', CLI, 'guard', 'stop'];
  const child = spawn(process.execPath, args, { env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const ended = once(child, 'exit');
  return { child, said: () => text, ended };
}

test('guard stop says what is waited for; interrupted, the guard ends all the same, and the client is answered', async () => {
  const guard = await home.start();
  const context = (await guard.api.status()).contexts[0]?.context ?? '';
  const open = await unfinished(guard, context, `${maps}/not-there`);
  // An answer to somebody who came later says that it has arrived.
  await ended(guard, `${maps}/not-there`, context);
  const first = stopping();
  await until('it says what it waits for', async () => first.said().includes('toolcrib guard stop'));
  assert.match(first.said(), /^The guard waits for 1 request under way, (30|2\d) s at most/);
  assert.match(first.said(), /Ctrl-C ends only this waiting/);
  assert.equal((await guard.api.status()).ending?.requests, 1);
  assert.match((await home.cli('guard', 'status')).stdout, /^ends +waits for 1 request/m);
  first.child.kill('SIGINT');
  const [, signal] = await first.ended;
  assert.equal(signal, 'SIGINT');
  open.finish();
  assert.equal(await open.answered, '404');
  assert.equal((await guard.exited()).code, 0);
});

test('guard stop a second time ends it at once', async () => {
  const guard = await home.start(undefined, PATIENT);
  const context = (await guard.api.status()).contexts[0]?.context ?? '';
  const open = await unfinished(guard, context, `${maps}/not-there`);
  await ended(guard, `${maps}/not-there`, context);
  const first = stopping();
  await until('it says what it waits for', async () => first.said() !== '');
  const second = await home.cli('guard', 'stop');
  assert.equal(second.code, 0, second.stderr);
  assert.equal((await guard.exited()).code, 0);
  assert.deepEqual(await first.ended, [0, null]);
  assert.match(await open.answered, /ECONNRESET|socket hang up|50\d/);
});
