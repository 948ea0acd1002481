// Records what a version of toolcrib leaves behind: a journal with a record of each kind, and the state folder around it.
// Once for each release: `npm run node -- scripts/record-state.ts`. Later versions must read it (app/earlier-versions.test.ts).
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { version } from '../packages/toolcrib/src/laptop/version.ts';
import { pause } from '../packages/toolcrib/src/testing/running-guard.ts';
import { codeOf, openGuardedSandbox, openStage } from '../packages/toolcrib/src/testing/stage.ts';

const NS = 'shop';
const stage = await openStage(openGuardedSandbox, { waitSeconds: 5 });
const { home, target } = stage;
const kube = (args: string[], input?: string) => stage.run('observe', args, input);
const must = async (what: string, done: Promise<{ code: number; stdout: string; stderr: string }>) => {
  const { code, stdout, stderr } = await done;
  process.stderr.write(`${what}: ${code} ${(stdout + stderr).trim().split('\n')[0] ?? ''}\n`);
};

const workload = (kind: string, name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: NS },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    },
    ...more,
  },
});
const items = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } },
  ...['kept', 'web', 'again', 'api', 'old'].map((name) => workload('Deployment', name)),
  workload('StatefulSet', 'db', {
    serviceName: 'db',
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  }),
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'files', namespace: NS },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  ...['a', 'b', 'c'].map((name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NS },
    data: { key: name },
  })),
];
await must('apply', kube(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })));
for (const name of ['kept', 'web', 'again', 'api', 'old'])
  await must(`rollout ${name}`, kube(['rollout', 'status', '-n', NS, `deploy/${name}`, '--timeout=60s']));
await must('rollout db', kube(['rollout', 'status', '-n', NS, 'sts/db', '--timeout=60s']));

await must('on', home.cli('on', '--shell', 'bash'));

const apps = (resource: string, name: string) => `/apis/apps/v1/namespaces/${NS}/${resource}/${name}`;
const core = (resource: string, name: string) => `/api/v1/namespaces/${NS}/${resource}/${name}`;

async function answered(path: string, as?: 'as-sent' | 'softened', agent = 'dashboard') {
  const headers = { 'user-agent': `${agent}/1.0` };
  const first = await stage.send('DELETE', path, { headers });
  const code = codeOf(first);
  if (as === undefined) return code;
  await stage.guard.api.answer(code, { as });
  const { status } = await stage.send('DELETE', path, { headers });
  process.stderr.write(`${as} ${path}: ${status}\n`);
  return code;
}

// Observed and undone; softened and undone; softened and standing; as sent; denied; open; scaled; evicted; a collection.
await must('observed', kube(['delete', 'cm', 'a', '-n', NS]));
await answered(apps('deployments', 'again'), 'softened', 'again');
await answered(apps('deployments', 'web'), 'softened', 'web');
await answered(apps('statefulsets', 'db'), 'as-sent', 'db');
await answered(core('persistentvolumeclaims', 'files'), 'softened', 'files');
const denied = await answered(apps('deployments', 'api'), undefined, 'api');
await must('deny', home.cli('deny', denied));
await must('scale', kube(['scale', '-n', NS, 'deploy/old', '--replicas=1']));
await stage.send('DELETE', `/api/v1/namespaces/${NS}/configmaps?labelSelector=none%3Dsuch`, {
  context: 'observe',
});
await stage.send('DELETE', `/api/v1/namespaces/${NS}/configmaps?fieldSelector=metadata.name%3Db`, {
  context: 'observe',
});
const pod = JSON.parse((await kube(['get', 'pods', '-n', NS, '-l', 'app=kept', '-o', 'json'])).stdout)
  .items[0];
await stage.send('POST', `${core('pods', pod.metadata.name)}/eviction`, {
  context: 'observe',
  body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.metadata.name, namespace: NS } },
});
const before = home.journal();
const made = await before.acts();
await before.close();
for (const { id, title } of made)
  if (/ConfigMap shop\/a$|again/i.test(title)) await must(`undo ${title}`, home.cli('undo', id));
await answered(apps('deployments', 'api'), undefined, 'left-open');
await pause(500);
process.stderr.write((await home.cli('log')).stdout);

const to = join(import.meta.dirname, `../packages/toolcrib/src/end-to-end/fixtures/${version}`);
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
const { paths } = home;
const listed: Record<string, unknown> = {};
const journal = home.journal();
listed.acts = (await journal.acts()).length;
for (const state of ['held', 'kept', 'answered', 'softened', 'refused'] as const)
  listed[state] = (await journal.requests({ state })).length;
listed.holds = (await journal.holds()).length;
listed.softenings = (await journal.softenings()).length;
const all = await journal.acts();
listed.snapshots = (await Promise.all(all.map(({ id }) => journal.snapshotsOf(id)))).flat().length;
listed.undos = (await Promise.all(all.map(({ id }) => journal.undos(id)))).flat().length;
await journal.close();
// SIGKILL: what a guard that was killed leaves; the log of the database is folded in, so that one file holds all.
await stage.guard.kill();
const database = join(paths.journal, 'journal.db');
const db = new DatabaseSync(database);
db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
db.close();
cpSync(database, join(to, 'journal.db'));
cpSync(join(paths.journal, 'key'), join(to, 'key'));
for (const file of [paths.door, paths.kubeconfig, paths.sources, paths.policy])
  writeFileSync(
    join(to, file.slice(paths.state.length + 1)),
    readFileSync(file, 'utf8').replaceAll(home.folder, '/home/aiko'),
  );
writeFileSync(join(to, 'direct-kubeconfig'), readFileSync(home.direct, 'utf8'));
writeFileSync(join(to, 'counts.json'), `${JSON.stringify(listed, null, 2)}\n`);
home.remove();
await target.close();
process.exit(0);
