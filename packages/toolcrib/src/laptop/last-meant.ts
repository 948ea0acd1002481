import { isDeepStrictEqual } from 'node:util';
import { OWN_FILE_MARK, readKubeconfig } from '@toolcrib/guard/cluster';
import type { Paths } from './paths.ts';
import { terminals } from './terminals.ts';

// A terminal holds tokens by label, also while its files are away (a mount, a program that replaces them) or half written. What
// a label meant there must not come to mean another list's cluster meanwhile, so our file says what it meant when it was written.

/** What our file remembers of each label: a digest (see `meaningOf`). */
export type Meanings = Record<string, string>;

/** Of the terminals with these files, by label. */
export function lastMeant(paths: Paths, files: readonly string[]): Map<string, string> {
  const meant = new Map<string, string>();
  for (const { files: theirs, kubeconfig } of terminals(paths)) {
    if (!isDeepStrictEqual(theirs, files)) continue;
    for (const [label, meaning] of Object.entries(meaningsIn(kubeconfig))) meant.set(label, meaning);
  }
  return meant;
}

function meaningsIn(kubeconfig: string): Meanings {
  try {
    const extensions = readKubeconfig(kubeconfig)?.extensions ?? [];
    const { extension } = extensions.find(({ name }) => name === OWN_FILE_MARK) ?? {};
    const { meanings } = (extension ?? {}) as { meanings?: Meanings };
    return meanings ?? {};
  } catch {
    // No client can read it either, so nobody sends its tokens.
    return {};
  }
}
