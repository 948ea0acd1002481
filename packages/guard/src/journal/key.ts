import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { JOURNAL_FILE, syncFolder } from './folder.ts';

/** AES-256: 32 bytes. */
export const KEY_BYTES = 32;

/**
 * The key that snapshots are encrypted with: from `TOOLCRIB_KEY` (32 bytes as hex or base64) where that is
 * set, else from the file `key` in `folder` (mode 0600), which is made on first use. Never beside a journal that exists:
 * a new key could read none of it, and the old one put back would read none of what came after.
 *
 * @throws ToolcribError `wrong-key` for a value or file that is no such key, a file that others can read, or none
 *   where there is a journal;
 *   `journal` where the file can be neither read nor made
 */
export function loadKey(from: { folder: string; env: Record<string, string | undefined> }): Buffer {
  const given = from.env.TOOLCRIB_KEY;
  if (given !== undefined && given !== '') return keyFromText(given, 'the environment variable TOOLCRIB_KEY');
  const path = join(from.folder, 'key');
  const key = readKeyFile(path);
  if (key) return key;
  if (existsSync(join(from.folder, JOURNAL_FILE))) {
    throw new ToolcribError(
      'wrong-key',
      `The key file ${path} is missing, and without it the journal beside it can’t be read.`,
      {
        next: `Put the key file back, or set TOOLCRIB_KEY if the journal was made with that. If the key is lost, move ${from.folder} away and begin a new one.`,
      },
    );
  }
  return createKeyFile(path, from.folder);
}

/** What the journal remembers of its key: enough to know another one for wrong, useless for finding it. */
export function keyFingerprint(key: Buffer): string {
  return createHmac('sha256', key).update('toolcrib journal key fingerprint v1').digest('hex');
}

function keyFromText(text: string, where: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  // 43 digits and at most one pad: exactly 32 bytes. Buffer.from alone would skip over foreign characters.
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  throw new ToolcribError('wrong-key', `The key in ${where} is not ${KEY_BYTES} bytes as hex or base64.`, {
    next: 'Make one with: openssl rand -base64 32. For a journal that exists, take the key it was made with.',
  });
}

function readKeyFile(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw keyFileError(path, 'read', cause);
  }
  try {
    // On the open file, so that what is checked is what is read.
    const { mode } = fstatSync(file);
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new ToolcribError(
        'wrong-key',
        `The key file ${path} has mode ${octal}: others can read or change it.`,
        {
          next: `If nobody else had access, run: chmod 600 ${path}. Else move the journal and its key away and begin a new one.`,
        },
      );
    }
    return keyFromText(readFileSync(file, 'utf8'), `the file ${path}`);
  } finally {
    closeSync(file);
  }
}

/** Written aside, synced, then linked into place: two processes end with one key, and no crash leaves half of one. */
function createKeyFile(path: string, folder: string): Buffer {
  const aside = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(aside, 'wx', 0o600);
    try {
      writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(aside, path);
    syncFolder(folder);
  } catch (cause) {
    // EEXIST: somebody else was first, and theirs is the key.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw keyFileError(path, 'made', cause);
  } finally {
    try {
      unlinkSync(aside);
    } catch {
      // Never made, or the disk is gone: nothing to clear.
    }
  }
  const key = readKeyFile(path);
  if (!key) throw keyFileError(path, 'read', undefined);
  return key;
}

function keyFileError(path: string, verb: 'read' | 'made', cause: unknown): ToolcribError {
  const why = cause instanceof Error ? cause.message : 'it vanished';
  return new ToolcribError('journal', `The key file ${path} can't be ${verb}: ${why}.`, {
    next: 'Check the folder (its owner, free space, a read-only file system), or set TOOLCRIB_KEY.',
    cause,
  });
}
