import { undoAct } from '@toolcrib/guard/undo/act';
import type { LossClass, UndoRecord } from '@toolcrib/model';
import { perform } from './acted.ts';
import { type Before, eventually, standing } from './before.ts';
import { build, holder, made, settled } from './built.ts';
import { idOf, type Standing } from './compare.ts';
import { comparison } from './compared.ts';
import type { World } from './world.ts';

/** What a case came to. */
export interface CaseResult {
  /** Each difference between what was said, what the undo told, and what stands. */
  wrong: string[];
  /** How many objects went, and of these how many were said to be lost. */
  went: number;
  lost: number;
}

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
