import assert from 'node:assert/strict';
import type { KubeObject } from '@toolcrib/kube';
import type { AskedRequest, Instruction } from '../../request.ts';
import type { ClusterTarget } from '../../testing/target.ts';
import { paths, put, seen, until } from '../../testing/target.ts';
import { asked, openWay, policyOf } from '../../testing/way.ts';
import { judge } from '../judge.ts';

export const HOLD_DELETES = '[{name: deletes, when: \'effect.verb == "delete"\', then: hold}]';
export const MERGE = 'application/merge-patch+json';

/** An owner that does not stand. */
export const GHOST = {
  apiVersion: 'v1',
  kind: 'Node',
  name: 'ghost',
  uid: '00000000-0000-4000-8000-000000000001',
};

/** A ConfigMap with those owners. */
export const configMap = (
  target: ClusterTarget,
  namespace: string,
  name: string,
  owners?: object[],
): Promise<KubeObject> =>
  put(target, paths.core(namespace, 'configmaps'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(owners ? { ownerReferences: owners } : {}) },
    data: { key: 'value' },
  });
/** As an owner is named. */
export const ref = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? '',
});
/** A write by no kubectl. */
export const write = (method: string, path: string, type: string, body: unknown, query = '') =>
  asked(method, path, {
    query,
    headers: { 'user-agent': 'dashboard/1.0', 'content-type': type },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
/** A patch that leaves an object to those. */
export const owned = (owners: unknown) => ({ metadata: { ownerReferences: owners } });

/** What is said of it, and written down. */
export async function said(target: ClusterTarget, request: AskedRequest, rules = HOLD_DELETES) {
  const { deps, journal, close } = openWay(target.cluster, policyOf(rules));
  const instruction = await judge(deps, request);
  const [act] = await journal.acts();
  const [row] = act ? await journal.requests({ actId: act.id }) : [];
  await close();
  return { instruction, row, act };
}
/** Sent past the guard, to see what the cluster does with it. */
export async function send(target: ClusterTarget, request: AskedRequest, instruction: Instruction) {
  assert.equal(instruction.do, 'forward');
  const body = instruction.do === 'forward' ? (instruction.body?.bytes ?? request.body) : request.body;
  const query = request.query ? `?${request.query}` : '';
  return target.cluster.request({
    method: request.method,
    path: `${request.path}${query}`,
    headers: { 'content-type': request.headers['content-type'] ?? '' },
    body,
  });
}
/** Once the collector has taken it. */
export const collected = (target: ClusterTarget, path: string) =>
  until(`${path} is collected`, async () => (await seen(target, path)) === undefined);
