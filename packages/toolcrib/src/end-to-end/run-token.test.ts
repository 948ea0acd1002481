import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { until } from '@toolcrib/guard/testing/target.ts';
import { longRun } from '../testing/long-run.ts';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';
import { type GuardedTarget, openGuardedSandbox } from '../testing/stage.ts';

let cluster: GuardedTarget;
let home: GuardHome;
let guard: RunningGuard;
before(async () => {
  cluster = await openGuardedSandbox();
  home = guardHome(cluster.kubeconfig);
  guard = await home.start();
});
after(async () => {
  await guard?.stop();
  home?.remove();
  await cluster?.target.close();
});

const running = (name: string, more: Record<string, string> = {}) => longRun(home, name, more);

function ask(token: string, path = '/version'): Promise<{ status?: number; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port: guard.port,
      path,
      ca: guard.ca,
      headers,
      agent: false,
    } as const;
    const call = request(options, (response) => {
      response.on('error', () => undefined).resume();
      resolve({ status: response.statusCode, closed: new Promise((done) => response.once('close', done)) });
    });
    call.on('error', reject);
    call.end();
  });
}
/** A request that is under way when its token ends is cut off. */
const statusOf = async (token: string) => (await ask(token).catch(() => undefined))?.status;

test('a run that is killed leaves no good token, no open watch and no kubeconfig, though its tool lives on', async () => {
  const { child, token, tool, kubeconfig } = await running('killed');
  assert.equal(await statusOf(token), 200);
  const watch = await ask(token, '/api/v1/namespaces?watch=true');
  assert.equal(watch.status, 200);
  child.kill('SIGKILL');
  await until('its token is worth nothing', async () => (await statusOf(token)) === 401);
  await watch.closed;
  await until('its kubeconfig is gone', async () => !existsSync(kubeconfig));
  process.kill(tool, 0);
  process.kill(tool, 'SIGKILL');
});

test('a run goes on with its tokens when the guard is started anew; one that died meanwhile does not', async () => {
  const [stays, dies] = [await running('stays'), await running('dies')];
  await guard.kill();
  dies.child.kill('SIGKILL');
  process.kill(dies.tool, 'SIGKILL');
  guard = await home.start();
  await until('the run is known again', async () => (await statusOf(stays.token)) === 200);
  assert.equal(await statusOf(dies.token), 401);
  await until('what it left is gone', async () => !existsSync(dies.kubeconfig));
  assert.ok(existsSync(stays.kubeconfig));
  process.kill(stays.tool, 'SIGTERM');
  await until('it has ended', async () => stays.child.exitCode !== null || stays.child.signalCode !== null);
  await until('its token has ended with it', async () => (await statusOf(stays.token)) === 401);
  assert.deepEqual(readdirSync(home.paths.runs), []);
});

test('the tool gets the person’s environment, without the journal’s key and whatever else of ours is secret', async () => {
  const secrets = { TOOLCRIB_KEY: '00'.repeat(32), TOOLCRIB_SOMETHING_NEW: 'x' };
  const { env, child, tool } = await running('env', { ...secrets, MINE: 'stays' });
  process.kill(tool, 'SIGTERM');
  await until('it has ended', async () => child.exitCode !== null);
  assert.equal(env.MINE, 'stays');
  for (const name of Object.keys(secrets)) assert.equal(env[name], undefined, name);
});
