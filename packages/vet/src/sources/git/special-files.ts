import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';

/**
 * Refuses a folder of a git directory that holds what is neither file nor folder: git opens whatever it finds there, and
 * a pipe that nobody writes to would keep it waiting for ever.
 *
 * @throws ToolcribError `bad-file`
 */
export async function refuseSpecialFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    // A link is what it leads to; one that leads nowhere harms nobody.
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined;
    if (entry.isSymbolicLink() && (info === undefined || info.isFile() || info.isDirectory())) continue;
    throw new ToolcribError('bad-file', `${path} is a pipe, socket or device; git would wait for it`, {
      next: 'no git makes such a thing: look where this repository comes from',
    });
  }
}
