import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { until } from '../testing/target.ts';
import { CLI, type GuardHome, guardHome, type RunningGuard } from './testing/running-guard.ts';
import { type GuardedTarget, openGuardedSandbox } from './testing/stage.ts';

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

/** `toolcrib run` of a program that writes its environment down and then stays. */
async function running(name: string, more: Record<string, string> = {}) {
  const out = join(home.folder, name);
  const options = ['--conditions=toolcrib-source', '--no-warnings'];
  const script = `env > ${out}.part; mv ${out}.part ${out}; echo $$ > ${out}.pid; exec sleep 300`;
  const child = spawn(process.execPath, [...options, CLI, 'run', '--', 'sh', '-c', script], {
    env: { ...home.env, ...more },
    stdio: 'ignore',
  });
  await until('the tool runs', async () => existsSync(`${out}.pid`));
  const env = Object.fromEntries(
    readFileSync(out, 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const config = parse(readFileSync(env.KUBECONFIG ?? '', 'utf8'));
  const token: string = config.users[0].user.token;
  const tool = Number(readFileSync(`${out}.pid`, 'utf8'));
  return { child, env, token, tool, kubeconfig: env.KUBECONFIG ?? '' };
}

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
