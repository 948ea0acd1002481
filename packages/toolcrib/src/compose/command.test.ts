import assert from 'node:assert/strict';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadKey, openJournal } from '@toolcrib/guard/journal';
import { systemClock } from '../laptop/system-clock.ts';
import { openCommand } from './command.ts';

const home = mkdtempSync(join(tmpdir(), 'toolcrib-command-'));
after(() => rmSync(home, { recursive: true }));
const state = join(home, 'toolcrib');
const kubeconfig = join(home, 'kubeconfig');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    'current-context': 'prod',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'aiko', user: { token: 'secret' } }],
    contexts: ['prod', 'stage'].map((name) => ({
      name,
      context: { cluster: 'c', user: 'aiko', namespace: `of-${name}` },
    })),
  }),
);
const open = (terminal: boolean) =>
  openCommand({
    env: { TOOLCRIB_HOME: state, KUBECONFIG: kubeconfig, HOME: home },
    home,
    asker: { person: 'aiko', pid: process.pid },
    terminal,
  });

test('nothing is made, and no guard is needed, before something is asked for', async () => {
  const { context, close } = await open(true);
  await assert.rejects(context.journal(), { code: 'not-found', next: /toolcrib on/ });
  await assert.rejects((await context.guard()).status(), { code: 'not-running' });
  assert.deepEqual([await context.runs(), readdirSync(home)], [[], ['kubeconfig']]);
  assert.ok((await context.policy()).softenMs > 0);
  await close();
});

test('the journal is opened once, and closed at the end', async () => {
  const folder = join(state, 'journal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await openJournal({ folder, key: loadKey({ folder, env: {} }), clock: systemClock }).close();
  const { context, close } = await open(true);
  const [one, other] = await Promise.all([context.journal(), context.journal()]);
  assert.equal(one, other);
  assert.deepEqual(await one.acts(), []);
  await close();
  await assert.rejects(async () => one.acts());
});

test('where a terminal asks its current context is meant, else each has to be named', async () => {
  const here = await open(true);
  const named = async (name?: string) => {
    const { context, namespace } = await here.context.chosen(name);
    return [context, namespace];
  };
  assert.deepEqual(
    [await named(), await named('stage')],
    [
      ['prod', 'of-prod'],
      ['stage', 'of-stage'],
    ],
  );
  await here.close();
  const elsewhere = await open(false);
  await assert.rejects(elsewhere.context.chosen(undefined), { code: 'usage', next: /Name one/ });
  assert.equal((await elsewhere.context.chosen('stage')).context, 'stage');
  await assert.rejects(elsewhere.context.cluster('none'), { code: 'unknown-context' });
  await elsewhere.context.knownContext('prod');
  await assert.rejects(elsewhere.context.knownContext('none'), { code: 'unknown-context' });
  await elsewhere.close();
});

test('which runs go on is what is said, or what their folders tell', async () => {
  const env = { TOOLCRIB_HOME: state, KUBECONFIG: kubeconfig, HOME: home };
  const runs = [{ id: 'run-x', pid: 1, agent: true }];
  const asker = { person: 'aiko', pid: process.pid };
  const said = await openCommand({ env, home, asker, terminal: false, runs });
  assert.equal(await said.context.runs(), runs);
  await said.close();
});

test('a terminal has its own place and files; who has none is told to ask there', async () => {
  const here = await open(true);
  const { paths, home: own, platform, env } = here.context.here();
  assert.deepEqual([paths.state, own, platform, env.KUBECONFIG], [state, home, process.platform, kubeconfig]);
  assert.deepEqual((await here.context.kubeconfigs()).contextNames, ['prod', 'stage']);
  await here.close();
  const elsewhere = await open(false);
  assert.throws(() => elsewhere.context.here(), { code: 'usage', next: /in the terminal that is meant/ });
  await elsewhere.close();
});

test('how much is kept is asked of a journal of its own, which is closed', async () => {
  const { context, close } = await open(true);
  const before = nextFile();
  assert.deepEqual(await context.holdings(), { acts: 0, snapshots: 0, snapshotBytes: 0, unfinished: 0 });
  await close();
  assert.equal(nextFile(), before);
});

/** The number that the next file would have: as before where none stays open. */
function nextFile(): number {
  const file = openSync(home, 'r');
  closeSync(file);
  return file;
}
