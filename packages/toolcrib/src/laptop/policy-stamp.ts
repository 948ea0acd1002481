// Apart from policy-file.ts, which brings the language of rules: the door's thread asks for nothing but the stamp.
import { lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export const ABSENT = 'absent';

/**
 * What changes when the file does. Absent is only what certainly is not there: a link that leads nowhere is there, and where
 * its folder is away nobody knows (unless there never was one).
 */
export function stampOf(path: string, neverWas: boolean): string {
  try {
    // Rights that change leave time and size of the contents as they are.
    const { ino, mtimeMs, ctimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${ctimeMs} ${size}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const absent = code === 'ENOENT' && !isThere(path) && (neverWas || isThere(dirname(path)));
    return absent ? ABSENT : `unreadable ${code}`;
  }
}

/** What changes whenever what is in force might: whoever has judged by the file as it was asks whether it still is so. */
export function rulesStamp(path: string): string {
  return stampOf(path, true);
}

/** Itself, whether or not it leads anywhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
