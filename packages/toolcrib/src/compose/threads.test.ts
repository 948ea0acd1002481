import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { loadKey, openJournal } from '@toolcrib/guard/journal';
import { aHold, anAct, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import { guardClient } from '../laptop/api/client.ts';
import { pathsOf } from '../laptop/paths.ts';
import { systemClock } from '../laptop/system-clock.ts';
import type { FromKeeper, KeeperSetup } from './keeper-messages.ts';
import { judgeThread, startKeeper } from './threads.ts';

// Real threads, each in a home of its own.

const root = mkdtempSync(join(tmpdir(), 'toolcrib-threads-'));
after(() => rmSync(root, { recursive: true }));

function aSetup(): KeeperSetup {
  const home = mkdtempSync(join(root, 'home-'));
  const kubeconfig = join(home, 'config');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'prod',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  const env = { TOOLCRIB_HOME: join(home, 'state'), KUBECONFIG: kubeconfig };
  const paths = pathsOf(env, home);
  mkdirSync(paths.journal, { recursive: true, mode: 0o700 });
  return {
    journal: paths.journal,
    policyPath: paths.policy,
    home,
    env,
    socket: paths.socket,
    runs: paths.runs,
    port: 1,
    lastGuard: paths.lastGuard,
  };
}
const journalOf = ({ journal: folder }: KeeperSetup) =>
  openJournal({ folder, key: loadKey({ folder, env: {} }), clock: systemClock });
const nobody = (why: string) => assert.fail(`it died: ${why}`);

test('the keeper answers on its socket, is up once the door is, and ends when it is asked to', async () => {
  const setup = aSetup();
  const keeper = await startKeeper(setup, () => undefined, nobody);
  assert.equal(statSync(setup.socket).mode & 0o777, 0o600);
  const client = guardClient(setup.socket);
  await assert.rejects(client.status(), { code: 'not-running', message: 'The guard is starting.' });
  keeper.opened();
  keeper.ending({ requests: 2, until: 5 });
  let status = await client.status().catch(() => undefined);
  while (status?.ending == null) status = await client.status().catch(() => undefined);
  assert.deepEqual([status.port, status.ending, status.held], [1, { requests: 2, until: 5 }, 0]);
  await keeper.close();
  await assert.rejects(client.status(), { code: 'not-running' });
});

test('what it can’t start for is said with its own code', async () => {
  const setup = aSetup();
  await journalOf(setup).close();
  writeFileSync(join(setup.journal, 'key'), `${Buffer.alloc(32).toString('base64')}\n`);
  await assert.rejects(
    startKeeper(setup, () => undefined, nobody),
    { name: 'ToolcribError', code: 'wrong-key' },
  );
  assert.equal(existsSync(setup.socket), false);
});

test('a desk that is introduced is given what lay there, and what it says is known to who asks', async () => {
  const setup = aSetup();
  const keeper = await startKeeper(setup, () => undefined, nobody);
  const { port1, port2 } = new MessageChannel();
  const begun = once(port2, 'message');
  keeper.introduce('prod', port1);
  const [begin] = await begun;
  assert.deepEqual([begin.type, begin.holds], ['begin', []]);
  const now = Date.now();
  port2.postMessage({
    type: 'hold',
    hold: aHold({ code: 'AAAAA', createdAt: now, expiresAt: now + 60_000 }),
  });
  const client = guardClient(setup.socket);
  let holds = await client.holds();
  while (holds.length === 0) holds = await client.holds();
  assert.deepEqual(
    holds.map(({ code }) => code),
    ['AAAAA'],
  );
  port2.close();
  await keeper.close();
});

test('a run’s tokens are granted to the door as long as who asked for them lives', async () => {
  const setup = aSetup();
  const news: FromKeeper[] = [];
  const told = (type: FromKeeper['type']) => news.some((one) => one.type === type);
  const keeper = await startKeeper(setup, (message) => news.push(message), nobody);
  const run = await guardClient(setup.socket).run({});
  assert.ok(run.tokens.prod);
  while (!told('grant')) await new Promise(setImmediate);
  assert.equal(told('revoke'), false);
  await run.end();
  while (!told('revoke')) await new Promise(setImmediate);
  await keeper.close();
});

test('a thread that judges begins for its context with what its desk is told, and its end is told', async () => {
  const setup = aSetup();
  const journal = journalOf(setup);
  await journal.saveAct(anAct({ context: 'prod' }));
  await journal.saveRequest(aRequest({ state: 'refused' }));
  await journal.close();
  const introduced: string[] = [];
  const thread = judgeThread(setup, (context, desk) => {
    introduced.push(context);
    desk.postMessage({
      type: 'begin',
      holds: [],
      lease: { guard: 'guard-1', until: Date.now() + 60_000, inherited: [] },
    });
  });
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => {
    thread.on('message', ((message: { type: string }) => {
      said.push(message.type);
      if (message.type === 'ready') resolve();
    }) as never);
  });
  const ended = new Promise<string>((resolve) => thread.died(resolve));
  thread.serve('prod', []);
  await ready;
  assert.deepEqual(introduced, ['prod']);
  assert.ok(said.indexOf('begun') >= 0 && said.indexOf('begun') < said.indexOf('ready'));
  await thread.terminate();
  assert.match(await ended, /it ended with/);
});
