import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { loadKey, openJournal, type SqliteJournal } from '@toolcrib/guard/journal';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { runDeployment } from '@toolcrib/guard/testing/workloads.ts';
import { type Act, type Hold, type RequestRecord, type SoftenRecord, ToolcribError } from '@toolcrib/model';
import { vetTools } from '@toolcrib/vet';
import { goodHistory, licenceText, makeRepository, NOW } from '@toolcrib/vet/testing/repository.ts';
import type { GuardStatus } from '../laptop/api/schema.ts';
import { loadDoorIdentity } from '../laptop/door-identity.ts';
import { pathsOf } from '../laptop/paths.ts';
import { systemClock } from '../laptop/system-clock.ts';
import type { Context } from './context.ts';
import { operationContract } from './operation.contract.ts';

// A real journal, that of 0.1.0 with two acts more, and a real cluster; the guard is played, since it is compose's to open.

let folder: string;
let target: ClusterTarget;
let journal: SqliteJournal;
let holds: Hold[];
const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-operations-scratch-'));
const at = (name: string) => join(scratch, name);
const paths = pathsOf({ TOOLCRIB_HOME: at('state') }, scratch);
let tool: ReturnType<typeof makeRepository>;
const examples = {
  act: { act: '' },
  approve: { code: 'BCDFG', as: 'softened' },
  criteria: {},
  deny: { code: 'BCDFG' },
  doctor: {},
  'doctor-bundle': {},
  'door-port': { port: 0 },
  finish: { act: 'act-softened', sameCluster: true },
  held: { closed: true },
  hold: { code: 'BCDFG' },
  log: { limit: 100 },
  radius: { what: 'deploy/web', namespace: 'default' },
  'renew-trust': { mirror: 'http://127.0.0.1:1', root: at('none.json') },
  sbom: { file: at('bom.json') },
  'sbom-diff': { before: at('bom.json'), after: at('bom.json') },
  setup: { policy: true },
  'setup-plan': { shell: 'zsh', modes: { prod: 'warn' } },
  start: {},
  status: {},
  stop: {},
  terminal: {},
  trust: {},
  undo: { act: 'act-refused', sameCluster: true },
  uninstall: { purge: true },
  'uninstall-plan': { purge: false },
  verify: { artefact: { file: at('tool') }, checksums: at('sums') },
  vet: { specs: [] as string[], policy: at('policy.yaml'), at: NOW },
  'vet-packs': { packs: [at('pack.json')], policy: at('policy.yaml'), offline: true },
  'vet-publish': { spec: '', policy: at('policy.yaml'), at: NOW },
};
/** Of whoever runs the tests. */
let dataHome: string | undefined;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-operations-'));
  cpSync(join(import.meta.dirname, '..', 'end-to-end', 'fixtures', '0.1.0'), folder, { recursive: true });
  chmodSync(folder, 0o700);
  chmodSync(join(folder, 'key'), 0o600);
  journal = openJournal({ folder, key: loadKey({ folder, env: {} }), clock: systemClock });
  holds = await journal.holds();
  dataHome = process.env.XDG_DATA_HOME;
  process.env.XDG_DATA_HOME = at('data');
  await loadDoorIdentity(paths, []);
  writeFileSync(at('tool'), 'a tool\n');
  writeFileSync(at('sums'), `${createHash('sha256').update('a tool\n').digest('hex')}  tool\n`);
  writeFileSync(at('bom.json'), JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 }));
  writeFileSync(
    at('policy.yaml'),
    'apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec: {default: a, profiles: {a: {require: [licence]}}}\n',
  );
  const { commits, tags } = goodHistory(await licenceText('Apache-2.0'));
  tool = makeRepository(commits, tags);
  examples.vet.specs = [tool.dir];
  examples['vet-publish'].spec = tool.dir;
  await vetTools({ ...examples.vet, keepIn: at('pack.json') });
  examples.act.act = holds[0]?.actId ?? '';
  target = await openSandbox();
  const owner = await runDeployment(target, 'default', 'web', 1);
  await actOf('act-refused', { state: 'refused' });
  await actOf('act-softened', { state: 'softened', targetUids: [owner.owner.metadata.uid ?? ''] });
  const softened: SoftenRecord = {
    actId: 'act-softened',
    requestId: 'request-act-softened',
    context: 'prod',
    owner: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'gone', uid: 'gone' },
    left: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'gone-1', uid: 'gone-1' }],
    finishAfter: Date.now() + 60_000,
    state: 'softened',
  };
  await journal.saveSoften(softened);
});
after(async () => {
  if (dataHome === undefined) delete process.env.XDG_DATA_HOME;
  else process.env.XDG_DATA_HOME = dataHome;
  await journal?.close();
  await target?.close();
  tool?.remove();
  for (const one of [folder, scratch]) rmSync(one, { recursive: true });
});

async function actOf(id: string, request: Partial<RequestRecord>): Promise<void> {
  const act: Act = {
    id,
    context: 'prod',
    caller: { person: 'aiko', token: 't', claim: { userAgent: 'kubectl/v1.35.2' } },
    startedAt: 1,
    lastAt: 1,
    soFar: 1,
    title: 'delete deployment default/gone',
  };
  await journal.saveAct(act);
  await journal.saveRequest({
    id: `request-${id}`,
    actId: id,
    at: 1,
    method: 'DELETE',
    path: '/apis/apps/v1/namespaces/default/deployments/gone',
    effect: { verb: 'none' },
    decision: { then: 'allow', rule: 'default', reason: 'nothing' },
    state: 'refused',
    targetUids: [],
    ...request,
  });
}

const status: GuardStatus = {
  version: '0.1.0',
  pid: 1,
  port: 1,
  startedAt: 1,
  contexts: [{ context: 'prod', mode: 'enforce' }],
  held: 0,
  journal: null,
  unsettled: 0,
  ending: null,
  policy: { file: null, error: null, rules: [], disabled: [] },
  softened: [],
};
const known = (): Hold => holds[0] ?? ({} as Hold);

const context = (): Context => ({
  asker: { person: 'aiko', pid: process.pid },
  clock: systemClock,
  journal: async () => journal,
  guard: async () => ({
    start: async () => 'started',
    status: async () => status,
    holds: async () => holds,
    hold: async () => known(),
    answer: async () => known(),
    async stop(waits) {
      waits({ requests: 1, until: 2 });
      return 'stopped';
    },
  }),
  cluster: async () => target.cluster,
  chosen: async () => ({ cluster: target.cluster, context: 'prod' }),
  async knownContext(name) {
    throw new ToolcribError('unknown-context', `There is no context ${name}.`);
  },
  policy: async () => ({ softenMs: 1_000, mayArriveMs: () => 1_000 }),
  here: () => ({ paths, env: { PATH: '/usr/bin:/bin', HOME: scratch }, home: scratch, platform: 'linux' }),
  kubeconfigs: () => Promise.reject(new ToolcribError('no-kubeconfig', 'There is none.')),
  holdings: () => journal.holdings(),
  runs: async () => [],
});

// Nobody answers there, and another repository than Sigstore's needs a first root.
operationContract(context, examples, { 'renew-trust': 'unverifiable' });
