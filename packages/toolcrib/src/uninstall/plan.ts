import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@toolcrib/model';
import { z } from 'zod';
import { addedBySetup } from '../laptop/first-use/take-out.ts';
import type { Here } from '../laptop/here.ts';
import type { Paths } from '../laptop/paths.ts';
import { addedReasons, foreignReasons } from './foreign.ts';
import { ownFiles, siblings } from './own-files.ts';

/** What an uninstall would do, to be shown before it is done; and what it did. */
export const uninstallPlanSchema = z.object({
  /** Of our own; goes. */
  removes: z.array(z.string()),
  /** Stays, each with the reason. */
  stays: z.array(z.object({ path: z.string(), why: z.string() })),
  /** Lines that `setup` added to files of the person's own; they go, and the file is as it was. */
  takesOut: z.array(z.object({ path: z.string(), lines: z.array(z.string()) })).default([]),
  /** Reasons for keeping what only a purge removes; empty where nothing would be lost. */
  keeps: z.array(z.string()),
});
export type UninstallPlan = z.output<typeof uninstallPlanSchema>;

/** How much of the journal is still needed. It is opened for this alone. @throws ToolcribError where it can't be read */
export type Holdings = () => Promise<{ snapshots: number; unfinished: number }>;

/**
 * Looks, and changes nothing.
 * @param place whose files setup may have added lines to; none: they are not looked at
 */
export async function planUninstall(
  paths: Paths,
  holdings: Holdings,
  purge: boolean,
  place?: Pick<Here, 'env' | 'home'>,
): Promise<UninstallPlan> {
  const added = place && addedBySetup({ paths, ...place });
  const journal = [paths.journal].filter(existsSync);
  const inOurs = foreignReasons(paths);
  const broken = siblings(`${paths.kubeconfig}.broken`);
  const others = [paths.added, paths.addedTo, ...broken].filter(existsSync);
  const keeps = [...(await journalReasons(paths, holdings)), ...addedReasons(paths, broken), ...inOurs];
  const precious = keeps.length > 0 && !purge ? [...journal, ...others] : [];
  // Moved there before ours are removed.
  const to = inOurs.length > 0 && !purge && !existsSync(paths.addedTo) ? [paths.addedTo] : [];
  const stays = [
    ...[...precious, ...to].map((path) => ({ path, why: keeps.join('; ') })),
    ...(existsSync(paths.policy) && added?.policy === undefined
      ? [{ path: paths.policy, why: 'you have written it' }]
      : []),
    ...(added?.stays ?? []).filter(({ path }) => path !== paths.policy),
  ];
  const known = [...journal, ...others, ...ownFiles(paths).filter(existsSync)];
  const removes = [
    ...known.filter((path) => !precious.includes(path)),
    ...(added?.policy ? [added.policy] : []),
  ];
  return { removes, stays, takesOut: added?.lines ?? [], keeps };
}

/** What of the journal is still needed. What can't be read may be needed: unknown is never yes. */
async function journalReasons(paths: Paths, holdings: Holdings): Promise<string[]> {
  if (!existsSync(join(paths.journal, 'journal.db'))) return [];
  try {
    const { snapshots, unfinished } = await holdings();
    return [
      ...(unfinished > 0 ? [`${counted(unfinished, 'softened act')} not finished: see toolcrib log`] : []),
      ...(snapshots > 0 ? [`${counted(snapshots, 'snapshot')} of deleted objects, for undo`] : []),
    ];
  } catch (error) {
    return [`the journal can't be read (${messageOf(error)})`];
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
