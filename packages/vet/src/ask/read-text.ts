import { readFile } from 'node:fs/promises';
import { messageOf, ToolcribError } from '@toolcrib/model';

/** The text of an evidence pack. @throws ToolcribError `not-found` */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new ToolcribError('not-found', `${path} can't be read: ${messageOf(cause)}`, {
      next: 'name an evidence pack, as --save writes it',
      cause,
    });
  });
}
