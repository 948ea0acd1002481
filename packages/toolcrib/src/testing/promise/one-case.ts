import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { undoAct } from '@toolcrib/guard/undo/act';
import type { DeleteOptions, KubeObject, ResourceInfo } from '@toolcrib/kube';
import { controllerOf, groupVersionOf } from '@toolcrib/kube';
import type { Journal, LossClass, UndoRecord } from '@toolcrib/model';
import { differences, idOf, isCounted, isLeftOut, type Standing, wanted } from './compare.ts';
import { childOf, HOLDER, objectsOf, type Part, type World } from './world.ts';

/** A guard before a cluster, and the journal that it keeps. */
export interface Before {
  target: ClusterTarget;
  /** Through the door, in observe mode. */
  send(method: string, path: string, body?: unknown): Promise<number>;
  journal: Journal;
  /** Kinds that are looked at: namespaced ones that can be listed and deleted. */
  kinds: readonly ResourceInfo[];
}

/** What a case came to. */
export interface CaseResult {
  /** Each difference between what was said, what the undo told, and what stands. */
  wrong: string[];
  /** How many objects went, and of these how many were said to be lost. */
  went: number;
  lost: number;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/**
 * One random namespace: built, looked at by plain requests, hit by one act through the guard, undone, and looked at
 * again. Nothing of it is judged by our own reading of the cluster.
 */
export async function oneCase(at: Before, world: World, name: string): Promise<CaseResult> {
  const { target } = at;
  await made(target, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { team: 'x' } },
  });
  await eventually(90_000, async () =>
    (await target.https('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200
      ? []
      : ['no default ServiceAccount'],
  );
  const stop = holder(target, name);
  try {
    for (const part of world.parts) await build(target, name, part);
    const unsettled = await eventually(120_000, () => settled(at, name, world.parts));
    if (unsettled.length > 0) throw new Error(`the namespace never came to rest: ${unsettled.join('; ')}`);
    const before = await standing(at, name);
    const acts = await perform(at, name, world, before);
    if (acts === 0) return { wrong: [], went: 0, lost: 0 };
    return await judged(at, name, before);
  } finally {
    await target.https('DELETE', `/api/v1/namespaces/${name}`);
    // It lets go of what it holds until the namespace is no more.
    void eventually(60_000, async () =>
      (await target.https('GET', `/api/v1/namespaces/${name}`)).status === 404 ? [] : ['there'],
    )
      .catch(() => [])
      .then(stop);
  }
}

async function judged(at: Before, name: string, before: Standing): Promise<CaseResult> {
  const { journal, target } = at;
  const acts = (await journal.acts()).filter(({ title }) => new RegExp(`\\b${name}(/|$)`).test(title));
  const said = new Map<string, LossClass>();
  const snapshots = (await Promise.all(acts.map(({ id }) => journal.snapshotsOf(id))))
    .flat()
    .sort((a, b) => a.takenAt - b.takenAt);
  for (const { promised = [] } of snapshots)
    for (const { uid, loss } of promised) if (!said.has(uid)) said.set(uid, loss);
  // What goes is given the time to go: an undo that waits for it says so, and that is another proof.
  await eventually(300_000, async () => {
    const now = await standing(at, name);
    const still = before.filter(
      ({ metadata: { uid = '' } }) => said.has(uid) && now.some((one) => one.metadata.uid === uid),
    );
    return still.filter((one) => one.kind !== 'PersistentVolume').map(idOf);
  });
  const results: UndoRecord['results'] = [];
  // The last act first: it is the latest state that is taken back.
  for (const { id } of acts.reverse()) {
    const deps = {
      journal,
      clusterFor: async () => target.cluster,
      clock: { now: Date.now, after: () => () => undefined },
      by: 'tester',
    };
    results.push(...(await undoAct(deps, id, () => undefined)).results);
  }
  const wrong = await eventually(60_000, () => comparison(at, name, before, said, results));
  return { wrong, went: said.size, lost: [...said.values()].filter((loss) => loss === 'lost').length };
}

/** Each object of before: is it there as it was, or was it said beforehand that it would not be? */
async function comparison(
  at: Before,
  name: string,
  before: Standing,
  said: ReadonlyMap<string, LossClass>,
  results: UndoRecord['results'],
): Promise<string[]> {
  const now = await standing(at, name);
  const found = new Map(now.map((object) => [idOf(object), object]));
  const emptied = new Set(
    before
      .filter(({ kind, metadata }) => kind === 'PersistentVolume' && said.get(metadata.uid ?? '') === 'lost')
      .map(({ metadata }) => metadata.name),
  );
  const wrong: string[] = [];
  const told = (object: KubeObject) =>
    results
      .filter(
        ({ what }) =>
          what === `${object.kind} ${object.metadata.name}` ||
          what === `${object.kind} ${name}/${object.metadata.name}`,
      )
      .map(({ result, note }) => `${result} ${note ?? ''}`)
      .join(' | ');
  let lost = 0;
  let inUse = 0;
  const decided = new Set<string>();
  for (const object of before) {
    const { uid = '', deletionTimestamp } = object.metadata;
    // It was going before the act: nobody promised it.
    if (deletionTimestamp !== undefined || isLeftOut(object) || isCounted(object)) continue;
    const loss = said.get(uid);
    const isThere = found.get(idOf(object));
    // A claim in use can't be called back, and goes only with its Pods: undo names those, and keeps the data.
    if (
      isThere?.metadata.uid === uid &&
      isThere.metadata.deletionTimestamp !== undefined &&
      /still uses? it/.test(told(object))
    ) {
      inUse++;
      continue;
    }
    // Its operator stays, and was named as who decides: another one that it has made is left, and is no success.
    const operator = controllerOf(object);
    if (operator?.kind === 'Widget' && !said.has(operator.uid) && /^conflict/.test(told(object))) {
      decided.add(idOf(object).slice(idOf(object).indexOf('/') + 1));
      continue;
    }
    if (loss === 'lost' && object.kind === 'PersistentVolume' && isThere?.metadata.uid === uid) continue;
    if (loss === 'lost') {
      const data = object.kind === 'PersistentVolume';
      if (data) lost++;
      if (isThere?.metadata.uid === uid && object.kind !== 'PersistentVolume')
        wrong.push(`${idOf(object)}: said to be lost, and it never went`);
      if (!/failed|skipped/.test(told(object)))
        wrong.push(`${idOf(object)}: lost, and undo told "${told(object)}"`);
      continue;
    }
    if (!isThere || isThere.metadata.deletionTimestamp !== undefined) {
      wrong.push(`${idOf(object)}: said ${loss ?? 'nothing'}, not there; undo told "${told(object)}"`);
      continue;
    }
    const isEmpty = emptied.has(object.spec?.volumeName);
    const differ = differences(wanted(object, isEmpty), wanted(isThere, isEmpty));
    if (differ.length > 0)
      wrong.push(
        `${idOf(object)}: said ${loss ?? 'nothing'}, told "${told(object)}": ${differ.slice(0, 3).join('; ')}`,
      );
  }
  wrong.push(...counted(before, now, said));
  const bad = results.filter(
    ({ result, note, what }) =>
      (result === 'failed' || result === 'conflict') &&
      !(inUse > 0 && /still uses? it/.test(note ?? '')) &&
      !decided.has(what.replace(`${name}/`, '')),
  );
  const allLost = bad.every(
    ({ what, note }) => what.startsWith('PersistentVolume ') && /data went/.test(note ?? ''),
  );
  if (lost === 0 && bad.length > 0)
    wrong.push(
      `all was promised, and undo failed: ${bad.map(({ what, note }) => `${what}: ${note}`).join('; ')}`,
    );
  if (lost > 0 && bad.length === 0) wrong.push('data was lost, and undo ended as if nothing was');
  if (lost > 0 && !allLost)
    wrong.push(`more failed than was said: ${bad.map(({ what, note }) => `${what}: ${note}`).join('; ')}`);
  return wrong;
}

/** Pods with names of chance: as many as before, for each of their controllers. */
function counted(before: Standing, now: Standing, said: ReadonlyMap<string, LossClass>): string[] {
  const live = (objects: Standing, counts: (pod: KubeObject) => boolean) => {
    const numbers = new Map<string, number>();
    for (const pod of objects.filter(
      (one) => isCounted(one) && one.metadata.deletionTimestamp === undefined && counts(one),
    )) {
      const controller = controllerOf(pod);
      const key = `${controller?.kind} ${controller?.name}`;
      numbers.set(key, (numbers.get(key) ?? 0) + 1);
    }
    return numbers;
  };
  const isOver = ({ status }: KubeObject) => status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const then = live(before, (pod) => !isOver(pod) && said.get(pod.metadata.uid ?? '') !== 'lost');
  const today = live(now, (pod) => !isOver(pod));
  return [...new Set([...then.keys(), ...today.keys()])].flatMap((key) =>
    then.get(key) === today.get(key)
      ? []
      : [`Pods of ${key}: ${then.get(key) ?? 0} before, ${today.get(key) ?? 0} now`],
  );
}

/** Does the world's act. @returns how many requests were accepted */
async function perform(at: Before, name: string, { act }: World, before: Standing): Promise<number> {
  const able = before.filter(
    (one) =>
      one.metadata.deletionTimestamp === undefined &&
      !isLeftOut(one) &&
      !['Namespace', 'PersistentVolume', 'ServiceAccount'].includes(one.kind),
  );
  const pathOf = (object: KubeObject) => {
    const { group, version } = groupVersionOf(object.apiVersion);
    const info = at.kinds.find((one) => one.group === group && one.kind === object.kind);
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    return `${base}/namespaces/${name}/${info?.resource}`;
  };
  const options = (propagationPolicy: DeleteOptions['propagationPolicy']) => ({
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy,
  });
  const sent: number[] = [];
  switch (act.do) {
    case 'namespace':
      sent.push(await at.send('DELETE', `/api/v1/namespaces/${name}`, options('Background')));
      break;
    case 'delete': {
      const targets = new Set(act.at.flatMap((pick) => able[pick % Math.max(1, able.length)] ?? []));
      for (const one of targets)
        sent.push(await at.send('DELETE', `${pathOf(one)}/${one.metadata.name}`, options(act.policy)));
      break;
    }
    case 'collection': {
      const one = able[act.at % Math.max(1, able.length)];
      if (one) sent.push(await at.send('DELETE', pathOf(one), options('Background')));
      break;
    }
    case 'scale': {
      const workloads = able.filter(
        ({ kind, spec }) =>
          ['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind) && spec?.replicas > act.to,
      );
      const one = workloads[act.at % Math.max(1, workloads.length)];
      if (one)
        sent.push(
          await at.send('PATCH', `${pathOf(one)}/${one.metadata.name}/scale`, { spec: { replicas: act.to } }),
        );
      break;
    }
  }
  return sent.filter((status) => status < 300).length;
}

async function build(target: ClusterTarget, name: string, part: Part): Promise<void> {
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

async function made(target: ClusterTarget, path: string, object: object): Promise<KubeObject> {
  const { status, body } = await target.https('POST', path, object);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
  return body;
}

/** Everything that stands there, kind by kind, by plain requests; the volumes of its claims as well. */
async function standing(at: Before, namespace: string): Promise<Standing> {
  const lists = await Promise.all(
    at.kinds.map(async ({ group, version, resource, kind }) => {
      const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const { status, body } = await at.target.https('GET', `${base}/namespaces/${namespace}/${resource}`);
      if (status !== 200) return [];
      const apiVersion = group === '' ? version : `${group}/${version}`;
      return ((body.items ?? []) as KubeObject[]).map((one) => ({ ...one, apiVersion, kind }));
    }),
  );
  const all = lists.flat();
  const own = await at.target.https('GET', `/api/v1/namespaces/${namespace}`);
  if (own.status === 200) all.push(own.body);
  const { body } = await at.target.https('GET', '/api/v1/persistentvolumes');
  const volumes = ((body.items ?? []) as KubeObject[]).filter(
    (one) => one.spec?.claimRef?.namespace === namespace,
  );
  return [...all, ...volumes.map((one) => ({ ...one, apiVersion: 'v1', kind: 'PersistentVolume' }))];
}

/** Who put the foreign finalizer takes it off once an object goes, but for what has been going since before the act. */
function holder(target: ClusterTarget, namespace: string): () => void {
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
async function settled(at: Before, namespace: string, parts: readonly Part[]): Promise<string[]> {
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

/** Asks until nothing is open any more. @returns what still is when the time is up */
async function eventually(limit: number, open: () => Promise<string[]>): Promise<string[]> {
  const end = Date.now() + limit;
  for (;;) {
    const left = await open();
    if (left.length === 0 || Date.now() > end) return left;
    await pause(150);
  }
}
