import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { addedOfRun } from '../cage/runs.ts';
import { type File, foreignIn, ownContextOf, rescue } from '../laptop/adopt.ts';
import type { Paths } from '../laptop/paths.ts';
import { type Source, sourceOf } from '../laptop/sources.ts';
import { terminals } from '../laptop/terminals.ts';
import { siblings } from './own-files.ts';

/**
 * Contexts that other programs added while toolcrib was on, where a guard has moved them already; each file a reason to keep it.
 * @param broken files of ours that could not be read and were put aside
 */
export function addedReasons(paths: Paths, broken: readonly string[]): string[] {
  return [paths.added, ...addedByList(paths), ...broken].flatMap((path) => {
    try {
      const names = namesIn(readKubeconfig(path));
      if (names.length === 0) return [];
      return [`contexts that other programs added while toolcrib was on: ${names.join(', ')} (${path})`];
    } catch {
      return [`${path} can't be read`];
    }
  });
}

/** What other programs wrote into our own files, where no guard has moved it yet. */
export function foreignReasons(paths: Paths): string[] {
  return ownKubeconfigs(paths).flatMap(({ kubeconfig }) => {
    const broken = siblings(`${kubeconfig}.broken`).map((path) => `${path} can't be read`);
    try {
      const file = readKubeconfig(kubeconfig);
      const names = namesIn(file && foreignIn(file));
      if (names.length === 0) return broken;
      return [
        ...broken,
        `contexts that other programs wrote into toolcrib’s kubeconfig: ${names.join(', ')} (${kubeconfig})`,
      ];
    } catch {
      return [...broken, `${kubeconfig} can't be read`];
    }
  });
}

/** Moves it to where it is kept. */
export function rescueAll(paths: Paths, home: string): void {
  for (const { kubeconfig, to, source } of ownKubeconfigs(paths))
    rescue(kubeconfig, to, source && ((name) => ownContextOf(paths, source, name, home)), paths.addedTo);
}

/** Contexts; where there are none, the clusters and users that stand there alone. */
function namesIn(file: Pick<File, 'clusters' | 'users' | 'contexts'> | undefined): string[] {
  const { clusters = [], users = [], contexts = [] } = file ?? {};
  const items = contexts.length > 0 ? contexts : [...clusters, ...users];
  return [...new Set(items.map(({ name }) => name))];
}

/** Each of our kubeconfigs, and the file for what other programs wrote into it. */
function ownKubeconfigs(paths: Paths): { kubeconfig: string; to: string; source?: Source }[] {
  const folders = (folder: string) => siblings(`${folder}/`).map((path) => join(path, 'kubeconfig'));
  const known = new Map(
    terminals(paths).map(({ kubeconfig, files }) => [kubeconfig, sourceOf(paths, files)]),
  );
  const ofTerminals = folders(paths.terminals).map((kubeconfig) => {
    const source = known.get(kubeconfig);
    return { kubeconfig, to: source?.added ?? paths.added, source };
  });
  const ofRuns = folders(paths.runs).map((kubeconfig) => ({
    kubeconfig,
    to: addedOfRun(dirname(kubeconfig)) ?? paths.added,
  }));
  return [{ kubeconfig: paths.kubeconfig, to: paths.added }, ...ofTerminals, ...ofRuns];
}

function addedByList(paths: Paths): string[] {
  try {
    return readdirSync(paths.addedTo).map((name) => join(paths.addedTo, name));
  } catch {
    return [];
  }
}
