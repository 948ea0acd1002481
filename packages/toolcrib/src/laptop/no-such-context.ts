import { existsSync } from 'node:fs';
import { contextNameOf, listed, nearest, ToolcribError } from '@toolcrib/model';
import type { Source } from './sources.ts';

/**
 * Why a label leads nowhere, in words that name the files of its own terminal. The name is never looked up anywhere else for
 * it: in another terminal's files it is another cluster.
 *
 * @param sources all that are remembered
 * @param known the labels that lead somewhere
 */
export function noSuchContext(label: string, sources: readonly Source[], known: readonly string[]) {
  const name = contextNameOf(label);
  const own = sources.filter(({ mark, marked }) =>
    label === name ? !marked.includes(name) : label.endsWith(`~${mark}`),
  );
  const files = [...new Set(own.flatMap((source) => source.files))];
  const where = files.map((file) => (existsSync(file) ? file : `${file} (not there)`)).join(', ');
  if (known.length === 0)
    return new ToolcribError(
      'no-kubeconfig',
      `There is no context ${JSON.stringify(name)}: no context at all was found (read: ${where || 'no kubeconfig file'}).`,
      { next: 'Set KUBECONFIG, or let your cloud’s command line write ~/.kube/config.' },
    );
  const near = nearest(name, known);
  return new ToolcribError(
    'unknown-context',
    `There is no context ${JSON.stringify(name)} in ${where || 'the kubeconfigs that are guarded'}.`,
    {
      next: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are: ${listed(name, known)}.`,
    },
  );
}
