import { createHash } from 'node:crypto';
import type { ContextConfig, KubeconfigFile } from '@toolcrib/guard/cluster';

// `aws eks update-kubeconfig` for a cluster that was made again writes a newer context under a name that the person's
// own file has too. That file is never rewritten, so the newer one stands beside it and says what it replaces: once the
// person's own has changed since, that is the newer one.

type Entry = KubeconfigFile['contexts'][number]['context'];

const REPLACES = 'toolcrib.dev/replaces';

/** What a context leads to, and as whom; the same text for the same thing. */
export function meaningOf(context: ContextConfig | undefined): string {
  if (context === undefined) return '';
  return createHash('sha256')
    .update(JSON.stringify([context.cluster, context.user]))
    .digest('hex');
}

export function replacedMeaning(entry: Entry): string | undefined {
  const { extension } = entry.extensions.find((item) => item.name === REPLACES) ?? {};
  const { meaning } = (extension ?? {}) as { meaning?: unknown };
  return typeof meaning === 'string' ? meaning : undefined;
}

export function replacing(entry: Entry, meaning: string): Entry {
  const mark = {
    name: REPLACES,
    extension: { apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Replaces', meaning },
  };
  return { ...entry, extensions: [...entry.extensions.filter(({ name }) => name !== REPLACES), mark] };
}
