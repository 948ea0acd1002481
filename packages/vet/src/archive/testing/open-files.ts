import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** What this process has open below a folder (Linux; elsewhere it is not told). */
function openFilesBelow(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      // The one with which the folder itself was read.
      return [];
    }
  });
}

/** Only a leak takes that long, in milliseconds: the last to close a file may do so in the background. */
const LIMIT = 10_000;

/** Waits until this process has nothing open below a folder. @throws Error after ten seconds */
export async function allClosedBelow(folder: string): Promise<void> {
  const until = performance.now() + LIMIT;
  for (let open = openFilesBelow(folder); open.length > 0; open = openFilesBelow(folder)) {
    if (performance.now() > until) throw new Error(`left open: ${open.join(', ')}`);
    await setImmediate();
  }
}
