import { homedir } from 'node:os';
import { contextNameOf, listed, ToolcribError } from '@toolcrib/model';
import { pathsOf } from '../laptop/paths.ts';
import { loadPerson, loadPersonHere } from '../laptop/person-kubeconfig.ts';
import { terminalOf } from '../laptop/shown-terminal.ts';
import type { Chosen } from '../operations/context.ts';
import { contexts } from './contexts.ts';

/**
 * The cluster that this terminal's kubectl would use, reached with the person's own credentials: by this terminal's
 * files, never by what another terminal calls so.
 *
 * @param named as `--context` names it, or with a mark as the log does; else the current one
 * @throws ToolcribError `unknown-context`, `no-kubeconfig`, `bad-file`
 */
export function chosenCluster(
  env: Record<string, string | undefined>,
  named: string | undefined,
  home: string = homedir(),
): Chosen & { close(): Promise<void> } {
  const terminal = terminalOf(pathsOf(env, home), env, home);
  const name = named ?? terminal.current;
  if (!name) {
    if (terminal.names.length === 0)
      throw new ToolcribError('no-kubeconfig', 'No kubeconfig was found, or it has no context.', {
        next: 'Set KUBECONFIG, or let your cloud’s command line write ~/.kube/config; then try again.',
      });
    throw new ToolcribError('unknown-context', 'There is no current context.', {
      next: `Name one with --context, of ${listed('', terminal.names)}.`,
    });
  }
  const context = terminal.contextOf(name);
  // A context of ours says itself which terminal's it is, and so does a mark. Any other name is this terminal's own or nobody's.
  const isLabel = terminal.isGuarded(name) || contextNameOf(context) !== context;
  const all = contexts({ env, home, load: isLabel ? loadPerson : loadPersonHere });
  return {
    cluster: all.cluster(context),
    context,
    namespace: terminal.namespaceOf(name),
    close: () => all.close(),
  };
}
