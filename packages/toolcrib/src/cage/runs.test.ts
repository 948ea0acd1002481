import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { GuardClient, LiveRun } from '../laptop/api/client.ts';
import type { RunTokenBody } from '../laptop/api/schema.ts';
import { startOf } from '../laptop/process-id.ts';
import { processSeen } from '../laptop/processes.ts';
import { addedOfRun, forgetDeadRuns, forgetRun, liveRuns, openRun, rememberRun, removeRun } from './runs.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-runs-'));
after(() => rmSync(root, { recursive: true }));
const ID = 'run-0123456789ab';
const aFolder = () => mkdtempSync(join(root, 'runs-'));
/** A kubeconfig in which the tool has written something. */
const KUBECONFIG = JSON.stringify({
  clusters: [{ name: 'cloud', cluster: { server: 'https://cloud.example' } }],
  users: [],
  contexts: [],
});

/** The folder of a run whose process is another one. */
function owned(runs: string, id: string, owner: object): string {
  mkdirSync(join(runs, id), { recursive: true });
  writeFileSync(join(runs, id, 'owner'), JSON.stringify(owner));
  return join(runs, id);
}
async function aDeadOne(t: TestContext) {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const owner = { pid: child.pid, start: startOf(child.pid ?? 0) };
  child.kill('SIGKILL');
  await once(child, 'exit');
  return owner;
}

test('the folder of a run is its person’s alone, and says whose process it is', () => {
  const runs = aFolder();
  const folder = rememberRun(runs, ID, '/added', true);
  assert.equal(folder, join(runs, ID));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'owner'), 'utf8')), {
    pid: process.pid,
    start: startOf(process.pid),
    added: '/added',
    agent: true,
  });
  assert.equal(addedOfRun(folder), '/added');
  assert.equal(addedOfRun(join(runs, 'none')), undefined);
});

test('the runs whose processes live are told, with what the system says of them', async (t) => {
  const runs = aFolder();
  assert.deepEqual(liveRuns(join(runs, 'none')), []);
  rememberRun(runs, ID, '/added', true);
  const own = { pid: process.pid, start: startOf(process.pid) };
  // As it was written when there were no agents.
  owned(runs, 'run-older', own);
  owned(runs, 'run-dead', await aDeadOne(t));
  owned(runs, 'run-reused', { ...own, start: 'another boot' });
  owned(runs, 'run-damaged', { pid: -1, start: own.start });
  mkdirSync(join(runs, 'run-being-made'));
  const start = processSeen(process.pid)?.start;
  const seen = start === undefined ? {} : { start };
  assert.deepEqual(
    liveRuns(runs).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    [
      { id: ID, pid: process.pid, agent: true, ...seen },
      { id: 'run-older', pid: process.pid, agent: false, ...seen },
    ],
  );
});

test('what a killed run left goes, and what its tool wrote is kept; what lives or is being made stays', async (t) => {
  const runs = aFolder();
  const added = join(runs, '..', `added-of-${ID}`);
  const dead = owned(runs, 'run-dead', { ...(await aDeadOne(t)), added });
  writeFileSync(join(dead, 'kubeconfig'), KUBECONFIG);
  rememberRun(runs, ID, '/added');
  mkdirSync(join(runs, 'run-being-made'));
  owned(runs, 'run-damaged', {});
  forgetDeadRuns(runs);
  assert.deepEqual(readdirSync(runs).sort(), [ID, 'run-being-made']);
  assert.match(readFileSync(added, 'utf8'), /cloud\.example/);
  forgetDeadRuns(join(runs, 'none'));
});

test('a run is forgotten by its name alone, and never while it lives', async (t) => {
  const runs = aFolder();
  const dead = await aDeadOne(t);
  owned(runs, ID, dead);
  forgetRun(runs, ID);
  assert.equal(existsSync(join(runs, ID)), false);
  rememberRun(runs, ID, '/added');
  forgetRun(runs, ID);
  assert.ok(existsSync(join(runs, ID)), 'it lives');
  const beside = owned(join(runs, '..'), `${ID.slice(0, -1)}x`, dead);
  const inside = owned(runs, `${ID}0`, dead);
  for (const other of [`../${ID.slice(0, -1)}x`, `${ID}0`, '..', '']) forgetRun(runs, other);
  assert.ok(existsSync(beside) && existsSync(inside));
});

test('by the run’s own process it goes at once, with what the tool wrote kept where that was told', () => {
  const runs = aFolder();
  const added = join(runs, 'added');
  const folder = rememberRun(runs, ID, added);
  writeFileSync(join(folder, 'kubeconfig'), KUBECONFIG);
  removeRun(folder);
  assert.equal(existsSync(folder), false);
  assert.match(readFileSync(added, 'utf8'), /cloud\.example/);
  removeRun(folder);
});

/** A guard to which each new connection is a run; `fall` ends the connection of the last. */
function aGuard() {
  const asked: RunTokenBody[] = [];
  const ended: number[] = [];
  let fall = (): void => undefined;
  let refusing = 0;
  let told: (() => void) | undefined;
  const client: Pick<GuardClient, 'run'> = {
    async run(body): Promise<LiveRun> {
      asked.push(body);
      told?.();
      if (refusing-- > 0) throw new ToolcribError('not-running', 'It is being started.');
      const at = asked.length;
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      fall = resolve;
      const end = async () => {
        ended.push(at);
        resolve();
      };
      return { id: ID, tokens: { prod: 'a' }, meanings: { prod: 'm' }, gone, end };
    },
  };
  return {
    client: client as GuardClient,
    asked,
    ended,
    refuse: (times: number) => {
      refusing = times;
    },
    fall: () => fall(),
    until: (count: number) =>
      new Promise<void>((done) => {
        told = () => asked.length >= count && done();
        told();
      }),
  };
}

test('a run that is over lets go of its connection, and asks for nothing more', async () => {
  const guard = aGuard();
  const run = await openRun(guard.client, { agent: true });
  assert.deepEqual([run.id, run.tokens], [ID, { prod: 'a' }]);
  assert.deepEqual(guard.asked, [{ agent: true }]);
  assert.deepEqual(guard.ended, []);
  await run.end();
  assert.ok(guard.ended.length > 0 && guard.ended.every((at) => at === 1));
  assert.equal(guard.asked.length, 1);
});

test('a guard that is started anew is told of it again, with the same tokens, as often as it takes', async () => {
  const guard = aGuard();
  const run = await openRun(guard.client, { agent: true });
  guard.refuse(1);
  guard.fall();
  // The wait between two tries lets the process end, so something else has to keep it.
  const alive = setInterval(() => undefined, 1000);
  await guard.until(3);
  clearInterval(alive);
  const again = { id: ID, tokens: { prod: 'a' }, meanings: { prod: 'm' } };
  assert.deepEqual(guard.asked.slice(1), [
    { agent: true, again },
    { agent: true, again },
  ]);
  await run.end();
  assert.ok(guard.ended.includes(3), 'the newest one is let go of');
});
