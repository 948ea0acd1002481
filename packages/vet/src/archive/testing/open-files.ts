import { readdirSync, readlinkSync } from 'node:fs';

/** What this process has open below a folder (Linux; elsewhere it is not told). */
export function openFilesBelow(folder: string): string[] {
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
