import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import { type Before, pause, standing } from './before.ts';
import { idOf, type Standing } from './compare.ts';
import { childOf, HOLDER, objectsOf } from './objects.ts';
import type { Part } from './world.ts';

export async function build(target: ClusterTarget, name: string, part: Part): Promise<void> {
  const own: KubeObject[] = [];
  for (const { path, object } of objectsOf(part)) own.push(await made(target, inside(path, name), object));
  const [first] = own;
  if (!first) return;
  if (part.part === 'custom' && !part.operator) {
    for (const kind of part.children) {
      const child = childOf(first, kind, 'made-by-hand');
      await made(target, inside(child.path, name), child.object);
    }
    const at = `/apis/${first.apiVersion}/namespaces/${name}/gadgets/${first.metadata.name}/status`;
    await target.https('PATCH', at, { status: { id: 'kept' } });
  }
  if (part.part === 'owned') {
    const ownerReferences = own.map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      uid: metadata.uid,
    }));
    const metadata = {
      name: `owned-${part.n}`,
      labels: { app: 'owned' },
      ownerReferences,
      ...(part.orphanFinalizer ? { finalizers: [HOLDER] } : {}),
    };
    await made(target, inside('/api/v1/secrets', name), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      stringData: { a: 'b' },
    });
  }
  if (part.part === 'going')
    await target.https('DELETE', `/api/v1/namespaces/${name}/configmaps/${first.metadata.name}`);
}

function inside(path: string, namespace: string): string {
  const at = path.lastIndexOf('/');
  return `${path.slice(0, at)}/namespaces/${namespace}${path.slice(at)}`;
}

export async function made(target: ClusterTarget, path: string, object: object): Promise<KubeObject> {
  const { status, body } = await target.https('POST', path, object);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
  return body;
}

/** Who put the foreign finalizer takes it off once an object goes, but for what has been going since before the act. */
export function holder(target: ClusterTarget, namespace: string): () => void {
  let going = true;
  void (async () => {
    while (going) {
      for (const resource of ['configmaps', 'secrets', 'serviceaccounts']) {
        const at = `/api/v1/namespaces/${namespace}/${resource}`;
        const { body } = await target.https('GET', at).catch(() => ({ body: {} as KubeObject }));
        const space = await target.https('GET', `/api/v1/namespaces/${namespace}`).catch(() => undefined);
        const ends = space?.body.metadata?.deletionTimestamp !== undefined;
        for (const { metadata } of (body.items ?? []) as KubeObject[]) {
          const held = metadata.finalizers?.includes(HOLDER) && metadata.deletionTimestamp !== undefined;
          if (held && (ends || !metadata.name.startsWith('going-')))
            await target
              .https('PATCH', `${at}/${metadata.name}`, { metadata: { finalizers: null } })
              .catch(() => undefined);
        }
      }
      await pause(300);
    }
  })();
  return () => {
    going = false;
  };
}

/** What has not come to rest yet: Pods, claims, statuses, and what an operator makes. */
export async function settled(at: Before, namespace: string, parts: readonly Part[]): Promise<string[]> {
  const now = await standing(at, namespace);
  const open: string[] = [];
  const named = (kind: string, name: string) =>
    now.find((one) => one.kind === kind && one.metadata.name === name);
  for (const object of now) {
    const { kind, spec = {}, status = {}, metadata } = object;
    if (metadata.deletionTimestamp !== undefined) continue;
    const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    const wants: number = spec.replicas ?? 1;
    if (
      kind === 'Deployment' &&
      !(
        seen &&
        (status.updatedReplicas ?? 0) === wants &&
        (status.readyReplicas ?? 0) === wants &&
        (status.replicas ?? 0) === wants
      )
    )
      open.push(idOf(object));
    if (
      (kind === 'StatefulSet' || kind === 'ReplicaSet') &&
      !(seen && (status.readyReplicas ?? 0) === wants && (status.replicas ?? 0) === wants)
    )
      open.push(idOf(object));
    if (kind === 'StatefulSet' && status.currentRevision !== status.updateRevision) open.push(idOf(object));
    if (
      kind === 'DaemonSet' &&
      !(seen && status.desiredNumberScheduled > 0 && status.numberReady === status.desiredNumberScheduled)
    )
      open.push(idOf(object));
    if (kind === 'PersistentVolumeClaim' && status.phase !== 'Bound') open.push(idOf(object));
    if (kind === 'Pod' && !controllerOf(object) && status.phase !== 'Running') open.push(idOf(object));
  }
  for (const part of parts) {
    const name = `${part.part}-${part.n}`;
    if (part.part === 'job' && part.how === 'over') {
      const conditions: { type: string; status: string }[] = named('Job', name)?.status?.conditions ?? [];
      if (!conditions.some(({ type, status }) => type === 'Complete' && status === 'True'))
        open.push(`Job ${name}`);
    }
    if (part.part === 'job' && part.how === 'running' && named('Job', name)?.status?.ready !== 1)
      open.push(`Job ${name}`);
    if (part.part === 'custom' && part.operator)
      for (const kind of part.children)
        if (!named(kind, `${name}-${kind.toLowerCase().slice(0, 6)}`)) open.push(`${kind} of ${name}`);
    // Paused in the middle of its rollout it would never come to rest.
    if (part.part === 'deployment' && !open.includes(`apps/Deployment ${name}`))
      open.push(...(await prepared(at.target, namespace, part, now)));
    if ((part.part === 'claim' || part.part === 'set') && part.retain)
      open.push(...(await retained(at.target, name, now)));
  }
  return open;
}

/** A Deployment gets its history, and is paused, once it runs. */
async function prepared(
  target: ClusterTarget,
  namespace: string,
  part: Extract<Part, { part: 'deployment' }>,
  now: Standing,
): Promise<string[]> {
  const name = `deployment-${part.n}`;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const object = now.find((one) => one.kind === 'Deployment' && one.metadata.name === name);
  if (!object) return [name];
  if (part.history && object.spec?.template.metadata.annotations?.version !== '2') {
    await target.https('PATCH', path, {
      spec: { template: { metadata: { annotations: { version: '2' } } } },
    });
    return [`${name}: its history`];
  }
  if (part.paused && object.spec?.paused !== true) {
    await target.https('PATCH', path, { spec: { paused: true } });
    return [`${name}: paused`];
  }
  return [];
}

async function retained(target: ClusterTarget, app: string, now: Standing): Promise<string[]> {
  const open: string[] = [];
  for (const volume of now.filter(({ kind }) => kind === 'PersistentVolume')) {
    const claim = volume.spec?.claimRef?.name;
    if (claim !== app && claim !== undefined && !claim.startsWith(`data-${app}-`)) continue;
    if (volume.spec?.persistentVolumeReclaimPolicy === 'Retain') continue;
    await target.https('PATCH', `/api/v1/persistentvolumes/${volume.metadata.name}`, {
      spec: { persistentVolumeReclaimPolicy: 'Retain' },
    });
    open.push(`${volume.metadata.name}: Retain`);
  }
  return open;
}
