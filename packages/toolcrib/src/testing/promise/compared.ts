import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { LossClass, UndoRecord } from '@toolcrib/model';
import { type Before, standing } from './before.ts';
import { differences, idOf, isCounted, isLeftOut, type Standing, wanted } from './compare.ts';

/** Each object of before: is it there as it was, or was it said beforehand that it would not be? */
export async function comparison(
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
