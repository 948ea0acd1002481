import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { type JournalOptions, loadKey, openJournal } from '@toolcrib/guard/journal';
import { ToolcribError } from '@toolcrib/model';
import { addedOfRun } from '../cage/runs.ts';
import { type File, foreignIn, ownContextOf, rescue } from '../laptop/adopt.ts';
import { secretOf } from '../laptop/api/socket.ts';
import { removeEntry } from '../laptop/apps/desktop-entry.ts';
import { apps } from '../laptop/apps/index.ts';
import { restore, savedPath } from '../laptop/apps/settings.ts';
import { stopGuard } from '../laptop/daemon.ts';
import type { Paths } from '../laptop/paths.ts';
import { type Source, sourceOf } from '../laptop/sources.ts';
import { terminals } from '../laptop/terminals.ts';

type Env = Record<string, string | undefined>;

/** What an uninstall would do, to be shown before it is done. */
export interface UninstallPlan {
  /** Of our own; goes. */
  removes: string[];
  /** Stays, each with the reason. */
  stays: { path: string; why: string }[];
  /** Reasons for keeping what only `--purge` removes; empty where nothing would be lost. */
  keeps: string[];
}

/** Looks, and changes nothing. */
export async function planUninstall(paths: Paths, env: Env, purge: boolean): Promise<UninstallPlan> {
  const journal = [paths.journal].filter(existsSync);
  const inOurs = foreignReasons(paths);
  const broken = siblings(`${paths.kubeconfig}.broken`);
  const added = [paths.added, paths.addedTo, ...broken].filter(existsSync);
  const keeps = [...(await journalReasons(paths, env)), ...addedReasons(paths, broken), ...inOurs];
  const precious = keeps.length > 0 && !purge ? [...journal, ...added] : [];
  // Moved there before ours are removed.
  const to = inOurs.length > 0 && !purge && !existsSync(paths.addedTo) ? [paths.addedTo] : [];
  const stays = [
    ...[...precious, ...to].map((path) => ({ path, why: keeps.join('; ') })),
    ...(existsSync(paths.policy) ? [{ path: paths.policy, why: 'you have written it' }] : []),
  ];
  const known = [...journal, ...added, ...ownFiles(paths).filter(existsSync)];
  return { removes: known.filter((path) => !precious.includes(path)), stays, keeps };
}

/**
 * Stops the guard and removes what is toolcrib's own. The person's files are not touched; a terminal whose
 * `KUBECONFIG` still names ours goes on with the person's.
 *
 * @param agreed asked with the plan before anything is done
 * @returns what was done: `removes` is gone. undefined where it was not agreed to
 * @throws ToolcribError `conflict` where the guard does not end
 */
export async function uninstall(
  paths: Paths,
  env: Env,
  options: { purge?: boolean; agreed(plan: UninstallPlan): Promise<boolean> },
  home: string = homedir(),
): Promise<UninstallPlan | undefined> {
  const purge = options.purge ?? false;
  const shown = await planUninstall(paths, env, purge);
  if (!(await options.agreed(shown))) return undefined;
  await stopGuard(paths);
  // Programs that were sent to our file go back to theirs before it is gone.
  const place = { home, platform: process.platform, env };
  const unrestored: { path: string; why: string }[] = [];
  for (const app of apps) {
    try {
      removeEntry(app, place);
      restore(app, paths);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // One program's damage keeps nothing else here.
      const next = error instanceof ToolcribError && error.next ? ` ${error.next}` : '';
      unrestored.push({ path: savedPath(app, paths), why: `${error.message}${next}` });
    }
  }
  if (!purge) rescueAll(paths, home);
  // Looked at again: the guard may have kept something meanwhile.
  const plan = await planUninstall(paths, env, purge);
  const saved = join(paths.state, 'apps');
  const removes = plan.removes.filter((path) => unrestored.length === 0 || path !== saved);
  for (const path of removes) rmSync(path, { recursive: true, force: true });
  if (unrestored.length > 0) {
    const stay = unrestored.map(({ path }) => path);
    for (const path of siblings(`${saved}/`)) if (!stay.includes(path)) rmSync(path, { force: true });
  }
  try {
    rmdirSync(paths.state);
  } catch {
    // Something stays in it, ours or not.
  }
  // What the guard took away itself as it ended is gone as well.
  const gone = [...new Set([...shown.removes, ...plan.removes])].filter((path) => !existsSync(path));
  return { ...plan, stays: [...plan.stays, ...unrestored], removes: gone };
}

function ownFiles(paths: Paths): string[] {
  return [
    paths.kubeconfig,
    paths.terminals,
    join(paths.state, 'apps'),
    paths.sources,
    `${paths.sources}.lock`,
    paths.door,
    `${paths.door}.lock`,
    paths.socket,
    secretOf(paths.socket),
    paths.runs,
    paths.pid,
    paths.lastGuard,
    paths.lock,
    paths.startLock,
    paths.syncLock,
    paths.failure,
    paths.log,
    `${paths.log}.1`,
  ];
}

/** What of the journal is still needed. What can't be read may be needed: unknown is never yes. */
async function journalReasons(paths: Paths, env: Env): Promise<string[]> {
  if (!existsSync(join(paths.journal, 'journal.db'))) return [];
  try {
    const clock: JournalOptions['clock'] = { now: () => Date.now(), after: () => () => undefined };
    const journal = openJournal({
      folder: paths.journal,
      key: loadKey({ folder: paths.journal, env }),
      clock,
    });
    try {
      const { snapshots, unfinished } = await journal.holdings();
      return [
        ...(unfinished > 0 ? [`${counted(unfinished, 'softened act')} not finished: see toolcrib log`] : []),
        ...(snapshots > 0 ? [`${counted(snapshots, 'snapshot')} of deleted objects, for undo`] : []),
      ];
    } finally {
      await journal.close();
    }
  } catch (error) {
    return [`the journal can't be read (${error instanceof ToolcribError ? error.message : String(error)})`];
  }
}

function addedReasons(paths: Paths, broken: readonly string[]): string[] {
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
function foreignReasons(paths: Paths): string[] {
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

function rescueAll(paths: Paths, home: string): void {
  for (const { kubeconfig, to, source } of ownKubeconfigs(paths))
    rescue(kubeconfig, to, source && ((name) => ownContextOf(paths, source, name, home)), paths.addedTo);
}

/** Paths that begin so. */
function siblings(path: string): string[] {
  const [folder, name] = path.endsWith('/') ? [path, ''] : [dirname(path), basename(path)];
  try {
    return readdirSync(folder).flatMap((one) => (one.startsWith(name) ? [join(folder, one)] : []));
  } catch {
    return [];
  }
}

function addedByList(paths: Paths): string[] {
  try {
    return readdirSync(paths.addedTo).map((name) => join(paths.addedTo, name));
  } catch {
    return [];
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
