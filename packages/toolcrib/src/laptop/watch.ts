import { mkdirSync, type Stats, statSync, unwatchFile, watch, watchFile } from 'node:fs';
import { resolve } from 'node:path';

/** Calls back when one of the files changes, comes or goes. @returns how to stop */
export function watchFiles(files: readonly string[], changed: () => void, interval = 1000): () => void {
  // By asking, not by inotify: editors and kubectl replace the file, and the folder may not exist yet.
  const paths = files.map((path) => resolve(path));
  // A file that is not there is reported once at the start, as if it had changed.
  const listener = (now: Stats, before: Stats) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) changed();
  };
  for (const path of paths) watchFile(path, { interval, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}

/**
 * Calls back soon after something changes in a folder or below it, where the system can tell; {@link watchFiles} sees it
 * in the end anyway. @returns how to stop
 */
export function watchFolder(folder: string, changed: () => void): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const watcher = watch(folder, { recursive: true, persistent: false }, () => changed());
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}

/** A text that is another one once any of the files has changed, come or gone. */
export function stampsOf(files: readonly string[]): string {
  return files
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
      return stat ? `${path} ${stat.ino} ${stat.size} ${stat.mtimeNs}` : path;
    })
    .join('\n');
}
