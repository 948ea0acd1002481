import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigPaths } from '@toolcrib/guard/cluster';
import { readIfThere } from '../../files.ts';
import { rememberedSources } from '../../sources.ts';
import { terminals } from '../../terminals.ts';
import type { Patient } from '../check.ts';

type Asked = Pick<Patient, 'paths' | 'env' | 'home'>;

/** Every kubeconfig of this person's that is known here: theirs, those of all terminals, and ours. */
export function kubeconfigsOf({ paths, env, home }: Asked): string[] {
  const sources = quiet(() => rememberedSources(paths)) ?? [];
  const own = quiet(() => terminals(paths)) ?? [];
  const runs = quiet(() => readdirSync(paths.runs)) ?? [];
  const added = quiet(() => readdirSync(paths.addedTo)) ?? [];
  return [
    ...new Set([
      ...kubeconfigPaths(env, home),
      ...kubeconfigPaths({}, home),
      ...kubeconfigPaths({ KUBECONFIG: env.TOOLCRIB_KUBECONFIG_THEIRS }, home),
      ...sources.flatMap(({ files }) => files),
      ...own.flatMap(({ files, kubeconfig }) => [...files, kubeconfig]),
      ...runs.map((name) => join(paths.runs, name, 'kubeconfig')),
      ...added.map((name) => join(paths.addedTo, name)),
      paths.kubeconfig,
      paths.added,
    ]),
  ].filter(existsSync);
}

/** What a file says; undefined where it can't be read. */
export const textOf = (path: string): string | undefined => quiet(() => readIfThere(path));

/** A report says what it can: what can't be had of the rest costs it nothing. */
export function quiet<Value>(get: () => Value): Value | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
