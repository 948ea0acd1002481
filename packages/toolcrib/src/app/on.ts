import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { kubeconfigPaths } from '../cluster/index.ts';
import { withLock } from './files.ts';
import { type Guarded, syncGuardedKubeconfig } from './guarded-kubeconfig.ts';
import { withoutOurs } from './off.ts';
import type { Paths } from './paths.ts';
import { rememberSources } from './person-kubeconfig.ts';
import { assignments, type Shell } from './shell.ts';

type Env = Record<string, string | undefined>;

/**
 * Puts our kubeconfig first in a terminal's `KUBECONFIG`. Turned on twice it stands there once; what stood there
 * before is not touched. Where `KUBECONFIG` was not set, `TOOLCRIB_KUBECONFIG_WAS` remembers that.
 */
export function onVariables(paths: Paths, env: Env, home: string = homedir()): Record<string, string> {
  const before = withoutOurs(paths, env, home);
  const was = before.KUBECONFIG === undefined ? 'unset' : before.KUBECONFIG === '' ? 'empty' : 'set';
  const theirs = was === 'set' ? (before.KUBECONFIG ?? '') : kubeconfigPaths({}, home).join(delimiter);
  return {
    KUBECONFIG: `${paths.kubeconfig}${delimiter}${theirs}`,
    TOOLCRIB_KUBECONFIG: paths.kubeconfig,
    TOOLCRIB_KUBECONFIG_WAS: was,
  };
}

/**
 * What `eval "$(toolcrib on)"` needs: our kubeconfig up to date with this terminal's, and the lines to evaluate.
 * The guard itself is started by the caller.
 * @throws ToolcribError as for reading the kubeconfig; `no-kubeconfig` where there is no context to guard,
 * `conflict` where a name means another cluster in another terminal. Nothing was written in both cases
 */
export async function turnOn(
  paths: Paths,
  env: Env,
  shell: Shell,
  home: string = homedir(),
): Promise<Guarded & { script: string }> {
  const guarded = await withLock(paths.startLock, 30_000, async () => {
    rememberSources(paths, env, home);
    return syncGuardedKubeconfig(paths, env, home);
  });
  return { ...guarded, script: assignments(shell, onVariables(paths, env, home)) };
}
