import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { nameText, ToolcribError } from '@toolcrib/model';

/**
 * Opens a regular file for reading. Opening a named pipe would wait for a writer for ever, so it is opened without
 * waiting and looked at before it is read.
 * @throws {ToolcribError} `not-found` or `bad-file` (a directory, a device, a pipe: nothing that can be read twice)
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    throw new ToolcribError('not-found', `cannot open ${nameText(path)}`, {
      cause,
      next: 'check the path and its permissions',
    });
  });
  const { isRegular } = await file.stat().then(
    (at) => ({ isRegular: at.isFile() }),
    async (cause: unknown) => {
      await file.close();
      throw cause;
    },
  );
  if (isRegular) return file;
  await file.close();
  throw new ToolcribError('bad-file', `${path} is not a regular file`, {
    next: 'give the file itself; what comes out of a pipe, write to a file first',
  });
}
