import assert from 'node:assert/strict';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';

/**
 * A cluster that contract tests run over: the in-process sandbox, or a real control plane. `https` goes to the API
 * server by itself, with nothing of our client in between: what is claimed is proved by it.
 */
export interface ClusterTarget {
  name: string;
  /** The administrator's way through our own client. */
  cluster: Cluster;
  /** Plain HTTPS as the administrator. @param body sent as JSON, merge patch for PATCH */
  https(method: string, path: string, body?: unknown): Promise<{ status: number; body: KubeObject }>;
  /** A person with no rights but those that RBAC objects give. */
  person(name: string): Promise<Cluster>;
  /** Long enough for what is not wanted to happen: `ms`, or less where it is known that nothing more can happen in them. */
  aWhile(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenTarget = () => Promise<ClusterTarget>;

/** Where things are, for plain requests. */
export const paths = {
  pods: (namespace: string) => `/api/v1/namespaces/${namespace}/pods`,
  claims: (namespace: string) => `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
  core: (namespace: string, resource: string) => `/api/v1/namespaces/${namespace}/${resource}`,
  apps: (namespace: string, resource: string) => `/apis/apps/v1/namespaces/${namespace}/${resource}`,
  batch: (namespace: string, resource: string) => `/apis/batch/v1/namespaces/${namespace}/${resource}`,
};

/** POSTs an object; its answer. */
export async function put(target: ClusterTarget, path: string, object: unknown): Promise<KubeObject> {
  const { status, body } = await target.https('POST', path, object);
  assert.equal(status, 201, `POST ${path}: ${JSON.stringify(body).slice(0, 400)}`);
  return body;
}

/** GETs an object; undefined where it is 404. */
export async function seen(target: ClusterTarget, path: string): Promise<KubeObject | undefined> {
  const { status, body } = await target.https('GET', path);
  if (status === 404) return undefined;
  assert.equal(status, 200, `GET ${path}: ${JSON.stringify(body).slice(0, 400)}`);
  return body;
}

export async function items(target: ClusterTarget, path: string): Promise<KubeObject[]> {
  const list = await seen(target, path);
  return (list?.items as KubeObject[]) ?? [];
}

/** Until the guard's own client sees a kind that has just come: what it found out a moment before it does not ask again. */
export async function untilKnown(
  target: ClusterTarget,
  ref: { apiVersion: string; kind: string },
): Promise<void> {
  await until(`${ref.kind} is seen in discovery`, () =>
    target.cluster.typeOf(ref).then(
      () => true,
      () => false,
    ),
  );
}

/** Asks again and again until `check` gives something, at most `limit` ms: only what never comes takes that long. */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  limit = 180_000,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) assert.fail(`after ${limit / 1000} s still not: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Runs `body` in a namespace of its own, so that one control plane serves many tests. */
export async function inNamespace(
  target: ClusterTarget,
  body: (namespace: string) => Promise<void>,
): Promise<void> {
  const name = `t-${Math.random().toString(36).slice(2, 10)}`;
  await put(target, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  // Pods are admitted only once their default ServiceAccount is there.
  await until(`default ServiceAccount of ${name}`, () =>
    seen(target, paths.core(name, 'serviceaccounts/default')),
  );
  try {
    await body(name);
  } finally {
    await target.https('DELETE', `/api/v1/namespaces/${name}`);
  }
}
