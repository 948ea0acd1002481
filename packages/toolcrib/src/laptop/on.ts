import { homedir } from 'node:os';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { ownContextOf, rescue } from './adopt.ts';
import { withLock } from './files.ts';
import { type Guarded, syncInPeace } from './guarded-kubeconfig.ts';
import { withoutOurs } from './off.ts';
import type { Paths } from './paths.ts';
import { loadPersonHere } from './person-kubeconfig.ts';
import { type Place, placeOf } from './place.ts';
import { promptOn } from './prompt.ts';
import { rememberSources } from './remember-sources.ts';
import { type Session, sessionOf } from './session.ts';
import { assignments, type Shell } from './shell.ts';
import { personFiles, sourceOf } from './sources.ts';
import { forgetDeadTerminals, openTerminal } from './terminals.ts';

type Env = Record<string, string | undefined>;

/**
 * Makes a terminal's `KUBECONFIG` name our file and no other: in a list, client-go of before 2023 lets the last file
 * win, and goes round us without a word. What stood there before is remembered beside it, for `off`.
 * @param kubeconfig the terminal's own
 */
export function onVariables(
  paths: Paths,
  env: Env,
  kubeconfig: string,
  home: string = homedir(),
): Record<string, string> {
  const { KUBECONFIG: theirs } = withoutOurs(paths, env, home);
  return {
    KUBECONFIG: kubeconfig,
    TOOLCRIB_KUBECONFIG: kubeconfig,
    TOOLCRIB_KUBECONFIG_WAS: theirs === undefined ? 'unset' : theirs === '' ? 'empty' : 'set',
    TOOLCRIB_KUBECONFIG_THEIRS: theirs ?? '',
  };
}

export interface TurnedOn extends Guarded {
  /** The terminal's own file. */
  kubeconfig: string;
  variables: Record<string, string>;
  script: string;
  /** Names of the contexts that this terminal has. */
  contexts: string[];
  place: Place;
}

/**
 * What `eval "$(toolcrib on)"` needs: a kubeconfig for this terminal, up to date with its files, and the lines to
 * evaluate. The guard itself is started by the caller.
 * @throws ToolcribError as for reading the kubeconfig; `no-kubeconfig` where there is no context to guard, and nothing
 * was written then
 */
export async function turnOn(
  paths: Paths,
  env: Env,
  shell: Shell,
  home: string = homedir(),
  session: Session = sessionOf(),
): Promise<TurnedOn> {
  const { guarded, kubeconfig } = await withLock(paths.startLock, 30_000, async () => {
    rememberSources(paths, env, home);
    forgetDeadTerminals(paths, ({ kubeconfig, files }) => {
      const source = sourceOf(paths, files);
      rescue(kubeconfig, source.added, (name) => ownContextOf(paths, source, name, home));
    });
    const terminal = openTerminal(paths, env, personFiles(paths, env, home), session);
    return {
      guarded: await syncInPeace(paths, env, home, terminal.kubeconfig),
      kubeconfig: terminal.kubeconfig,
    };
  });
  const variables = onVariables(paths, env, kubeconfig, home);
  const script = [assignments(shell, variables), promptOn(shell)].filter(Boolean).join('\n');
  const file = readKubeconfig(kubeconfig);
  const contexts = file?.contexts.map(({ name }) => name) ?? [];
  const place = placeOf(file, guarded.person, () => loadPersonHere(paths, env, home).missing);
  return { ...guarded, kubeconfig, variables, script, contexts, place };
}
