import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { kubeconfigPaths } from '../cluster/index.ts';
import type { Paths } from './paths.ts';
import { assignments, type Shell } from './shell.ts';

type Env = Record<string, string | undefined>;

/**
 * A terminal's `KUBECONFIG` without ours, exactly as it was before `on`. Needs the environment only: the guard
 * may be dead and our folder gone.
 */
export function withoutOurs(
  paths: Paths,
  env: Env,
  home: string = homedir(),
): { KUBECONFIG: string | undefined } {
  const value = env.KUBECONFIG;
  if (value === undefined) return { KUBECONFIG: undefined };
  // Both: TOOLCRIB_HOME may have been changed since.
  const ours = new Set([paths.kubeconfig, env.TOOLCRIB_KUBECONFIG]);
  const parts = value.split(delimiter);
  const rest = parts.filter((part) => !ours.has(part));
  const text = rest.join(delimiter);
  if (rest.length === parts.length) return { KUBECONFIG: value };
  const onlyDefault = text === '' || text === kubeconfigPaths({}, home).join(delimiter);
  if (onlyDefault && env.TOOLCRIB_KUBECONFIG_WAS === 'empty') return { KUBECONFIG: '' };
  if (onlyDefault && env.TOOLCRIB_KUBECONFIG_WAS === 'unset') return { KUBECONFIG: undefined };
  return { KUBECONFIG: text };
}

/** What `off` sets, and unsets where it is undefined. Reads nothing but the environment. */
export function offVariables(
  paths: Paths,
  env: Env,
  home: string = homedir(),
): Record<string, string | undefined> {
  return {
    ...withoutOurs(paths, env, home),
    TOOLCRIB_KUBECONFIG: undefined,
    TOOLCRIB_KUBECONFIG_WAS: undefined,
  };
}

/** What `eval "$(toolcrib off)"` evaluates. */
export function offScript(paths: Paths, env: Env, shell: Shell, home: string = homedir()): string {
  return assignments(shell, offVariables(paths, env, home));
}
