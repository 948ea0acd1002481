import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@toolcrib/guard/testing/target.ts';
import { type RunningSandbox, realClients, startSandbox } from '@toolcrib/sandbox';
import { parse } from 'yaml';
import { endOf, type LongRun, longRun } from '../testing/long-run.ts';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';
import { keptClient, kubeconfigOver } from '../testing/several-clusters.ts';

// Terminals whose files call different clusters `tb`. Whatever becomes of one's file, what is sent from it arrives in its own
// cluster or nowhere: by kubectl, by a client that kept its address, token and connection, and in a run. The real guard and
// kubectl; the UID of kube-system tells where a request arrived.

let clusters: RunningSandbox[];
let uids: (string | undefined)[];
let kubectl: string;
/** Of each, once: it has new credentials each time. */
let kubeconfigs: string[];

before(async () => {
  kubectl = (await realClients()).kubectl;
  clusters = await Promise.all(
    ['a', 'b', 'c'].map((name) => startSandbox({ name, controllers: false, podStartMs: 20 })),
  );
  kubeconfigs = clusters.map((one) => one.kubeconfig());
});
after(async () => {
  for (const cluster of clusters ?? []) await cluster.close();
});

/** Contexts by name, each with the cluster that it means. */
const file = (contexts: Record<string, number>) => kubeconfigOver(kubeconfigs, contexts);

interface Stage {
  home: GuardHome;
  guard: RunningGuard;
  /** The person's files of the terminals. */
  files: string[];
  /** Our files of the terminals. */
  ours: string[];
  /** Ended with the test, however that ends. */
  runs: LongRun[];
}

async function aRun({ home, runs }: Stage, name: string, kubeconfig: string): Promise<LongRun> {
  const run = await longRun(home, name, { KUBECONFIG: kubeconfig });
  runs.push(run);
  return run;
}

/** Two terminals and a third with another context, all turned on; each cluster has a ConfigMap `x`. */
async function stage(t: { after(work: () => unknown): void }): Promise<Stage> {
  const home = guardHome(file({ tb: 0 }), 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {}\n');
  const guard = await home.start();
  const runs: LongRun[] = [];
  t.after(async () => {
    await Promise.all(runs.map(endOf));
    await guard.stop();
    home.remove();
  });
  const files = [home.direct, join(home.folder, 'second.kc'), join(home.folder, 'third.kc')];
  const ours: string[] = [];
  for (const [at, path] of files.entries()) {
    if (at > 0) writeFileSync(path, file(at === 1 ? { tb: 1 } : { calm: 2 }), { mode: 0o600 });
    home.env.KUBECONFIG = path;
    const on = await home.cli('on', '-o', 'json');
    assert.equal(on.code, 0, on.stderr);
    ours.push(JSON.parse(on.stdout).variables.KUBECONFIG);
  }
  home.env.KUBECONFIG = home.direct;
  uids = [];
  for (const at of [0, 1, 2]) {
    const direct = join(home.folder, `direct-${at}`);
    writeFileSync(direct, file({ it: at }), { mode: 0o600 });
    const run = (...args: string[]) => home.launch(kubectl, args, { kubeconfig: direct }).done;
    await run('create', 'configmap', 'x');
    uids.push((await run('get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}')).stdout);
  }
  assert.equal(new Set(uids).size, 3);
  return { home, guard, files, ours, runs };
}

const stillThere = async ({ home }: Stage, at: number): Promise<boolean> => {
  const kubeconfig = join(home.folder, `direct-${at}`);
  return (await home.launch(kubectl, ['get', 'configmap', 'x'], { kubeconfig }).done).code === 0;
};

/** A client with what a kubeconfig of ours says of `tb` at this moment; of nothing, one that reaches nothing. */
function clientOf({ guard }: Stage, kubeconfig: string) {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const { cluster, user } = config.contexts.find(({ name }: Named) => name === 'tb')?.context ?? {};
  const named = (list: Named[], wanted: string) => list.find(({ name }) => name === wanted);
  return keptClient(
    guard,
    named(config.users, user)?.user?.token ?? 'none',
    named(config.clusters, cluster)?.cluster?.server,
  );
}

interface Named {
  name: string;
  user?: { token: string };
  cluster?: { server: string };
}

/** What may become of a terminal's file. */
const FAULTS: [string, (path: string) => void][] = [
  ['away', (path) => rmSync(path)],
  ['empty', (path) => writeFileSync(path, '')],
  ['without contexts', (path) => writeFileSync(path, 'apiVersion: v1\nkind: Config\ncontexts: null\n')],
  ['of another context', (path) => writeFileSync(path, file({ other: 2 }))],
  [
    'with its context renamed',
    (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('- name: tb\n', '- name: tb2\n')),
  ],
  [
    'with its cluster gone',
    (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('- name: of-tb\n', '- name: gone\n')),
  ],
  ['half written', (path) => writeFileSync(path, 'clusters: [')],
];

for (const [who, other] of [
  [1, 0],
  [0, 1],
] as const) {
  test(`terminal ${who + 1}: what it sends never arrives in the other one’s cluster of that name`, async (t) => {
    const scene = await stage(t);
    const { home, files, ours } = scene;
    const [path = '', own = ''] = [files[who], ours[who]];
    const good = readFileSync(path, 'utf8');
    for (const [what, harm] of FAULTS) {
      const run = await aRun(scene, `run-${who}-${what.replaceAll(' ', '-')}`, path);
      const kept = [own, run.kubeconfig].map((one) => clientOf(scene, one));
      for (const client of kept) assert.equal((await client.ask()).uid, uids[who], `${what}: at first`);
      harm(path);
      const seen: (string | undefined)[] = [];
      for (let round = 0; round < 10; round++) for (const client of kept) seen.push((await client.ask()).uid);
      for (const kubeconfig of [own, run.kubeconfig]) {
        const args = ['delete', 'configmap', 'x', '--wait=false'];
        const said = await home.launch(kubectl, args, { kubeconfig }).done;
        assert.notEqual(said.code, 0, `${what}: ${said.stdout}`);
      }
      for (const client of kept) seen.push((await client.ask()).uid);
      assert.deepEqual(
        seen.filter((uid) => uid !== undefined),
        [],
        what,
      );
      for (const at of [0, 1, 2]) assert.ok(await stillThere(scene, at), `${what}: in cluster ${at}`);
      // The other one's goes on.
      const others = clientOf(scene, ours[other] ?? '');
      assert.equal((await others.ask()).uid, uids[other], what);
      others.close();
      writeFileSync(`${path}.new`, good, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      for (const client of kept) client.close();
      await until(`${what}: its own again`, async () => {
        const back = clientOf(scene, own);
        const { uid } = await back.ask();
        back.close();
        assert.ok(uid === undefined || uid === uids[who], what);
        return uid !== undefined;
      });
      await endOf(run);
    }
  });
}

// The name is free again, and a third terminal's own file takes it: by its editor, so that no command of ours hears of it.
for (const [what, left, isOver] of [
  ['away', undefined, false],
  ['away, and its terminal over', undefined, true],
  ['of another context', { other: 1 }, false],
] as const) {
  test(`a name that another terminal’s file takes over does not take its tokens with it: the first is ${what}`, async (t) => {
    const scene = await stage(t);
    const { files, ours } = scene;
    const run = await aRun(scene, 'run-over', files[0] ?? '');
    const kept = [ours[0] ?? '', run.kubeconfig].map((one) => clientOf(scene, one));
    for (const client of kept) assert.equal((await client.ask()).uid, uids[0]);
    // Then only the run, and a client that kept its token, still mean something by it.
    if (isOver) rmSync(dirname(ours[0] ?? ''), { recursive: true });
    if (left) writeFileSync(files[0] ?? '', file(left));
    else rmSync(files[0] ?? '');
    for (const client of kept) assert.equal((await client.ask()).uid, undefined);
    if (left)
      await until(
        'the guard has read it',
        async () => !readFileSync(ours[0] ?? '', 'utf8').includes('name: tb\n'),
      );
    writeFileSync(files[2] ?? '', file({ tb: 2 }));
    await until('the third one’s own', async () => {
      for (const client of kept)
        assert.equal((await client.ask()).uid, undefined, 'it came to lead to another cluster');
      const fresh = clientOf(scene, ours[2] ?? '');
      const { uid } = await fresh.ask();
      fresh.close();
      assert.ok(uid === undefined || uid === uids[2]);
      return uid === uids[2] && parse(readFileSync(ours[2] ?? '', 'utf8'))['current-context'] !== 'calm';
    });
    for (const client of kept) {
      assert.equal((await client.ask()).uid, undefined);
      client.close();
    }
    await endOf(run);
  });
}
