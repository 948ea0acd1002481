import assert from 'node:assert/strict';
import type { Agent } from 'node:https';
import { items, paths, put, until } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import type { Reply, Stage } from './stage.ts';

/** A real control plane's audit log keeps no bodies of ConfigMaps, and so no preconditions: there what went proves it. */
export function assertPinned(uid: string | undefined, wanted: string | undefined): void {
  assert.ok(wanted);
  if (uid !== undefined) assert.equal(uid, wanted);
}

/** Where the ConfigMaps of a namespace are, or one of them. */
export const at = (namespace: string, name = '') =>
  `${paths.core(namespace, 'configmaps')}${name && `/${name}`}`;
/** One of what a session deletes. */
export const map = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: 'bulk' }, ...more },
  data: { of: name },
});
let count = 0;
/** `kubectl delete configmaps -l app=bulk`, one request at a time. */
export const session = (stage: Stage, namespace: string, context = 'enforce', agent?: Agent) => {
  const headers = {
    'kubectl-session': `session-${++count}-${namespace}`,
    'kubectl-command': 'kubectl delete',
    'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/0000000',
  };
  const options = { context, headers, ...(agent ? { agent } : {}) };
  return {
    headers,
    list: () => stage.send('GET', `${at(namespace)}?labelSelector=app%3Dbulk`, options),
    delete: (name: string, more: { body?: object; query?: string; headers?: object } = {}): Promise<Reply> =>
      stage.send('DELETE', `${at(namespace, name)}${more.query ?? ''}`, {
        ...options,
        headers: { ...headers, ...more.headers },
        body: more.body ?? { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
      }),
  };
};
/** What the journal has of that namespace. */
export const requests = async (stage: Stage, namespace: string): Promise<RequestRecord[]> => {
  const journal = stage.home.journal();
  try {
    return (await journal.requests({})).filter(({ path }) => path.includes(`/namespaces/${namespace}/`));
  } finally {
    await journal.close();
  }
};
/** Of these what was judged before it was asked for. */
export const ahead = async (stage: Stage, namespace: string) =>
  (await requests(stage, namespace)).filter(({ ahead: is }) => is);
/** What was kept for the last request of an object. */
export const keptOf = async (stage: Stage, namespace: string, name: string): Promise<KubeObject[]> => {
  const own = (await requests(stage, namespace)).filter(
    ({ path }) => path.split('?')[0] === at(namespace, name),
  );
  const journal = stage.home.journal();
  try {
    return (await journal.snapshot(own.at(-1)?.snapshotId ?? ''))?.objects ?? [];
  } finally {
    await journal.close();
  }
};
/** Once the end of each is written down. */
export const settled = (stage: Stage, namespace: string) =>
  until('all is written down', async () => {
    const all = await requests(stage, namespace);
    return all.length > 0 && all.every(({ state }) => state !== 'kept') && all;
  });
/** Which of them stand. */
export const names = async (stage: Stage, namespace: string) =>
  (await items(stage.target, at(namespace)))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('m'));
/** Three of them, the first of which is gone: the others are judged and kept. */
export const begun = async (stage: Stage, namespace: string, context = 'enforce', agent?: Agent) => {
  for (const name of ['m1', 'm2', 'm3']) await put(stage.target, at(namespace), map(name));
  const own = session(stage, namespace, context, agent);
  await own.list();
  const first = await own.delete('m1');
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.deepEqual(
    (await ahead(stage, namespace)).map(({ state, path }) => [state, path]),
    [2, 3].map((n) => ['kept', at(namespace, `m${n}`)]),
  );
  return own;
};
