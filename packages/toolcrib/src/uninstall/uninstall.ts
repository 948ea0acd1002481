import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { removeEntry } from '../laptop/apps/desktop-entry.ts';
import { apps } from '../laptop/apps/index.ts';
import { restore, savedPath } from '../laptop/apps/settings.ts';
import { stopGuard } from '../laptop/daemon.ts';
import { takeOut } from '../laptop/first-use/take-out.ts';
import type { Here } from '../laptop/here.ts';
import { rescueAll } from './foreign.ts';
import { siblings } from './own-files.ts';
import { type Holdings, planUninstall, type UninstallPlan } from './plan.ts';

/**
 * Stops the guard and removes what is toolcrib's own. The person's files are not touched, but for what `setup` added to them; a
 * terminal whose `KUBECONFIG` still names ours goes on with the person's.
 *
 * @param purge also the journal with its snapshots: no undo afterwards
 * @returns what was done: `removes` is gone
 * @throws ToolcribError `conflict` where the guard does not end
 */
export async function uninstall(
  { paths, ...place }: Here,
  holdings: Holdings,
  purge: boolean,
): Promise<UninstallPlan> {
  const shown = await planUninstall(paths, holdings, purge, place);
  await stopGuard(paths);
  // Programs that were sent to our file go back to theirs before it is gone.
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
  if (!purge) rescueAll(paths, place.home);
  // Looked at again: the guard may have kept something meanwhile.
  const plan = await planUninstall(paths, holdings, purge);
  const left = takeOut({ paths, ...place });
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
  const takesOut = shown.takesOut.filter(({ path }) => !left.some((one) => one.path === path));
  // As it was shown: what setup added is not there any more to be looked at.
  const stays = [
    ...shown.stays.filter(({ path }) => !plan.stays.some((one) => one.path === path)),
    ...plan.stays,
  ];
  return {
    ...plan,
    takesOut,
    stays: [...stays.filter(({ path }) => existsSync(path)), ...left, ...unrestored],
    removes: gone,
  };
}
