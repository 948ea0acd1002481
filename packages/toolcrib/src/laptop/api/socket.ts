import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { isAlone } from './alone.ts';

/** A unix socket's path may have 103 bytes on macOS, 107 on Linux. */
const LONGEST = 103;

/** Where the secret of a socket lies: beside it. */
export function secretOf(socketPath: string): string {
  return join(dirname(socketPath), 'guard.secret');
}

export function hasSecret(socketPath: string): boolean {
  return existsSync(secretOf(socketPath));
}

/** A new secret, known to whoever may read the person's files. */
export function makeSecret(socketPath: string): string {
  ownPlace(dirname(socketPath));
  const secret = randomBytes(32).toString('base64url');
  const path = secretOf(socketPath);
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  const file = openSync(aside, 'wx', 0o600);
  writeSync(file, secret);
  closeSync(file);
  renameSync(aside, path);
  return secret;
}

/**
 * What a client shows. Only to be sent where {@link reach} has led.
 * @throws ToolcribError `not-running` where no guard has ever begun here, `bad-file` where others could have written it
 */
export function authorizationFor(socketPath: string): string {
  const path = secretOf(socketPath);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats)
    throw new ToolcribError('not-running', 'The guard does not answer (it was never started).', {
      next: 'Start it: toolcrib guard start',
    });
  if (!stats.isFile() || !isMine(stats) || (stats.mode & 0o077) !== 0)
    throw notOurs(
      path,
      'it can be read or written by others',
      `Remove it, and start the guard anew: rm ${path}`,
    );
  return `Bearer ${readFileSync(path, 'utf8')}`;
}

export function knows(secret: string, authorization: string | null): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(`Bearer ${secret}`), digest(authorization ?? ''));
}

/**
 * The path by which a socket can be opened, however long its own is, after a look at where it lies. On Linux a long one is
 * named through a descriptor of its folder; elsewhere it lies in the person's own temporary folder.
 * @throws ToolcribError `bad-file` where somebody else could put another socket in its place
 */
export function reach(socketPath: string): { path: string; leave(): void } {
  const folder = dirname(socketPath);
  ownPlace(folder);
  if (Buffer.byteLength(socketPath) <= LONGEST) return { path: socketPath, leave: () => undefined };
  if (process.platform === 'linux') {
    let open: number | undefined = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    return {
      path: `/proc/self/fd/${open}/${basename(socketPath)}`,
      leave() {
        if (open !== undefined) closeSync(open);
        open = undefined;
      },
    };
  }
  const short = process.env.XDG_RUNTIME_DIR?.startsWith('/') ? process.env.XDG_RUNTIME_DIR : tmpdir();
  const next = 'Set TOOLCRIB_HOME to a shorter path.';
  const stats = lstatSync(short, { throwIfNoEntry: false });
  if (!stats?.isDirectory() || !isMine(stats) || (stats.mode & 0o077) !== 0)
    throw notOurs(folder, `its path is too long for a socket, and ${short} is not yours alone`, next);
  const name = createHash('sha256').update(socketPath).digest('hex').slice(0, 16);
  return { path: join(short, `toolcrib-${name}.sock`), leave: () => undefined };
}

/**
 * A folder of the person's own, on a way that nobody else can change: who may rename one of its parents may put a whole
 * other folder in its place.
 */
function ownPlace(folder: string): void {
  const typed = resolve(folder);
  const real = realpathIfThere(typed);
  if (real === undefined) return;
  for (const path of new Set([...parentsOf(typed), ...parentsOf(real)])) {
    const stats = lstatSync(path);
    if (!isMine(stats) && stats.uid !== 0)
      throw notOurs(folder, `${path} belongs to somebody else`, 'Set TOOLCRIB_HOME to a folder of your own.');
    // Of a link only its owner counts; in a folder like /tmp nobody may rename what is another's.
    if (stats.isSymbolicLink() || (stats.mode & constants.S_IFMT) !== constants.S_IFDIR) continue;
    const sticky = (stats.mode & 0o1000) !== 0 && path !== real;
    const byGroup = (stats.mode & 0o020) !== 0 && !(path !== real && isAlone(process.getuid?.(), stats.gid));
    const others = (stats.mode & 0o002) !== 0 || byGroup;
    if (others && !sticky)
      throw notOurs(folder, `${path} can be written by others`, `Run: chmod go-w ${path}`);
  }
  if (!isMine(lstatSync(real)))
    throw notOurs(folder, 'it belongs to somebody else', 'Set TOOLCRIB_HOME to a folder of your own.');
}

function realpathIfThere(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // Then there is no socket either.
    return undefined;
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split(sep).filter(Boolean);
  return parts.map((_, i) => sep + parts.slice(0, i + 1).join(sep));
}

function isMine({ uid }: Stats): boolean {
  const own = process.getuid?.();
  return own === undefined || uid === own;
}

function notOurs(path: string, why: string, next: string): ToolcribError {
  return new ToolcribError('bad-file', `The guard's own ${path} is not used: ${why}.`, { next });
}
