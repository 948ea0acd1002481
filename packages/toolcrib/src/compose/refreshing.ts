import { messageOf } from '@toolcrib/model';
import { type Guarded, syncGuardedKubeconfig, watchedFiles } from '../laptop/guarded-kubeconfig.ts';
import type { Paths } from '../laptop/paths.ts';
import { stampsOf, watchFiles, watchFolder } from '../laptop/watch.ts';
import { log } from './log.ts';

/** Milliseconds. */
const REFRESH_PAUSE = 500;
/** A program that has begun to write is given so long (ms) after its last write. */
const QUIET = 60;
const BUSY_PAUSE = 200;

/** Follows the kubeconfigs of all terminals. */
export interface Refreshing {
  /** Reads them again, unless that was done a moment ago: whoever guesses tokens must not keep us reading files. */
  refreshTokens(): Promise<void>;
  close(): void;
}

/**
 * Reads what the terminals' kubeconfigs name, and again whenever one of them changes. Other terminals may name other files, and
 * other programs add contexts: which files count changes, too.
 * @param renew is given what is guarded from now on
 */
export async function refreshing(
  paths: Paths,
  { env, home }: { env: Record<string, string | undefined>; home: string },
  renew: (guarded: Guarded) => void,
): Promise<Refreshing> {
  let unwatch = (): void => undefined;
  let again: NodeJS.Timeout | undefined;
  const refresh = async (): Promise<void> => {
    clearTimeout(again);
    try {
      const before = stampsOf(watchedFiles(paths, env, home));
      const now = await syncGuardedKubeconfig(paths, env, home);
      renew(now);
      unwatch();
      const files = watchedFiles(paths, env, home);
      unwatch = watchFiles(files, () => void refresh());
      // A watcher tells what changes from now on. What changed since it was read, by others or by us, is looked at once more.
      if (now.busy || stampsOf(files) !== before) refreshSoon(BUSY_PAUSE);
    } catch (error) {
      log('the kubeconfig could not be read again', { why: messageOf(error) });
    }
  };
  const refreshSoon = (pause: number): void => {
    clearTimeout(again);
    again = setTimeout(() => void refresh(), pause).unref();
  };
  await refresh();
  // What another program writes into a terminal's file is guarded within this pause, not at the next look.
  const unwatchTerminals = watchFolder(paths.terminals, () => refreshSoon(QUIET));
  let refreshed = 0;
  return {
    async refreshTokens() {
      if (Date.now() - refreshed < REFRESH_PAUSE) return;
      refreshed = Date.now();
      await refresh();
    },
    close() {
      clearTimeout(again);
      unwatch();
      unwatchTerminals();
    },
  };
}
