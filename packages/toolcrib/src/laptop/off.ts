import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { kubeconfigPaths } from '@toolcrib/guard/cluster';
import type { Paths } from './paths.ts';
import { promptOff } from './prompt.ts';
import { assignments, type Shell } from './shell.ts';
import { isOwnPath } from './terminals.ts';

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
  const parts = value.split(delimiter);
  // By every name that it may have: TOOLCRIB_HOME may have been changed since.
  const rest = parts.filter((part) => !isOwnPath(paths, env, part));
  if (rest.length === parts.length) return { KUBECONFIG: value };
  const was = env.TOOLCRIB_KUBECONFIG_WAS;
  const byDefault = kubeconfigPaths({}, home).join(delimiter);
  const theirs = env.TOOLCRIB_KUBECONFIG_THEIRS;
  // Turned on by toolcrib 0.1: theirs stand in the list, behind ours.
  const text = theirs === undefined || rest.length > 0 ? rest.join(delimiter) : was === 'set' ? theirs : '';
  const nothing = text === '' || (theirs === undefined && text === byDefault);
  if (nothing && was === 'empty') return { KUBECONFIG: '' };
  if (nothing && was === 'unset') return { KUBECONFIG: undefined };
  if (theirs === undefined || rest.length === 0) return { KUBECONFIG: text };
  // Something was put beside ours meanwhile: it stays, and theirs take our place.
  const at = parts.findIndex((part) => isOwnPath(paths, env, part));
  const before = parts.slice(0, at);
  const after = parts.slice(at + 1).filter((part) => !isOwnPath(paths, env, part));
  return { KUBECONFIG: [...before, was === 'set' ? theirs : byDefault, ...after].join(delimiter) };
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
    TOOLCRIB_KUBECONFIG_THEIRS: undefined,
  };
}

/** What `eval "$(toolcrib off)"` evaluates. */
export function offScript(paths: Paths, env: Env, shell: Shell, home: string = homedir()): string {
  const lines = [assignments(shell, offVariables(paths, env, home)), promptOff(shell)];
  return lines.filter(Boolean).join('\n');
}
