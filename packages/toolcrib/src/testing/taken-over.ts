import assert from 'node:assert/strict';
import { builtInRules } from '@toolcrib/guard/policy/policy';
import type { AskedRequest, Instruction } from '@toolcrib/guard/request';
import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import { asked, openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import { podsOf, runWorkload, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { undoAct } from '@toolcrib/guard/undo/act';
import { judge } from '@toolcrib/guard/way/judge';
import { requestHandler } from '@toolcrib/guard/way/request-handler';
import type { Cluster } from '@toolcrib/model';

/** The rules that are built in. */
export const RULES = JSON.stringify(builtInRules);
const HOLD_SCALES = '[{name: scales, when: \'effect.verb == "scale"\', then: hold}]';
export const JSON_TYPE = 'application/json';

type Resource = 'deployments' | 'replicasets' | 'statefulsets';

/** A write by no kubectl. */
export const send = (method: string, path: string, body: unknown, type = JSON_TYPE, query = '') =>
  asked(method, path, {
    query,
    headers: { 'user-agent': 'dashboard/1.0', 'content-type': type },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

/** Runs a workload and takes it away from its Pods. @returns what makes the same again, in another size */
export async function left(target: ClusterTarget, namespace: string, resource: Resource, replicas = 3) {
  const { owner, pods } = await runWorkload[resource](target, namespace, 'web', replicas);
  const at = `${paths.apps(namespace, resource)}/web`;
  const { status } = await target.https('DELETE', `${at}?propagationPolicy=Orphan`);
  assert.equal(status, 200);
  await until(`${resource} web is gone`, async () => (await seen(target, at)) === undefined);
  const again = (size: number, name = 'web') => ({
    apiVersion: 'apps/v1',
    kind: owner.kind,
    metadata: { name, labels: owner.metadata.labels },
    spec: { ...owner.spec, replicas: size },
  });
  return { owner, pods, again, at, path: paths.apps(namespace, resource) };
}

/** What is said of it, and written down. */
export async function said(
  target: ClusterTarget,
  request: AskedRequest,
  rules = HOLD_SCALES,
  cluster: Cluster = target.cluster,
) {
  const { deps, journal, close } = openWay(cluster, policyOf(rules));
  const instruction = await judge(deps, request);
  const acts = await journal.acts();
  const [act] = acts;
  const [row] = act ? await journal.requests({ actId: act.id }) : [];
  const [hold] = deps.desk.list();
  await close();
  return { instruction, row, act, hold };
}
export const isHeld = ({ instruction }: { instruction: Instruction }) =>
  instruction.do === 'answer' && instruction.status === 403;

/** As observed: judged, sent, answered. @returns what was kept, and the undo of it */
export async function carriedOut(target: ClusterTarget, request: AskedRequest) {
  const { deps, journal, close } = openWay(target.cluster, policyOf('[]', 'observe'));
  const instruction = await judge(deps, request);
  assert.equal(instruction.do, 'forward');
  const query = request.query ? `?${request.query}` : '';
  const { status } = await target.cluster.request({
    method: request.method,
    path: `${request.path}${query}`,
    headers: { 'content-type': request.headers['content-type'] ?? JSON_TYPE },
    body: request.body,
  });
  assert.equal(status, 201);
  requestHandler(deps).settled(request.id, { status, said: 'yes' });
  await until('it is written down', async () => (await journal.requests({ state: 'answered' })).length === 1);
  const [act] = await journal.acts();
  const [snapshot] = await journal.snapshotsOf(act?.id ?? '');
  return {
    instruction,
    kept: uidsOf(snapshot?.objects.filter(({ kind }) => kind === 'Pod') ?? []),
    undo: () => undoAct({ ...deps, by: 'tester' }, act?.id ?? '', () => undefined),
    close,
  };
}
/** Once so many Pods run, and no others. */
export const running = (target: ClusterTarget, namespace: string, count: number) =>
  until(`${count} Pods run`, async () => {
    const now = await podsOf(target, namespace, 'web');
    const all = now.length === count && now.every(({ status }) => status?.phase === 'Running');
    return all && now;
  });
