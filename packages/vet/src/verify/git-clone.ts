import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment, nameText, ToolcribError } from '@toolcrib/model';
import { VERDICT_OF, type Verification } from './verification.ts';

/** Nothing is checked out and no hook or filter runs. */
function git(folder: string, ...args: string[]): Promise<{ stdout: Buffer }> {
  return promisify(execFile)('git', ['-C', folder, '--no-replace-objects', ...args], {
    encoding: 'buffer',
    maxBuffer: 4 * 1024 * 1024,
    // An object that a partial clone lacks would be fetched, by whatever command its own configuration names.
    env: { ...childEnvironment(process.env), GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' },
  });
}

/** The tag object as it is stored. @throws {ToolcribError} `not-found` where there is none of that name */
export async function readTag(folder: string, tag: string): Promise<Buffer> {
  try {
    return (await git(folder, 'cat-file', 'tag', `refs/tags/${tag}`)).stdout;
  } catch (cause) {
    const { code, stderr = '' } = cause as { code?: unknown; stderr?: Buffer | string };
    if (code === 'ENOENT')
      throw new ToolcribError('missing-part', 'git is not installed', {
        next: 'install git 2.37 or later',
        cause,
      });
    const unread = /^fatal: (?=cannot change to|not a git repository|detected dubious)(.*)/m.exec(
      String(stderr),
    )?.[1];
    if (unread !== undefined)
      throw new ToolcribError(
        'not-found',
        `${nameText(folder)} can't be read as a git repository: ${unread}`,
        {
          next: 'give the folder of a clone',
          cause,
        },
      );
    throw new ToolcribError('not-found', `${nameText(folder)} has no annotated tag ${tag}`, {
      cause,
      next: 'a lightweight tag cannot be signed',
    });
  }
}

/**
 * A tag object can be copied into any repository, signature and all. Where the clone does not hold what it names, no
 * signature of this repository's content was verified.
 * @param tag the object's bytes, as they were verified
 * @returns the same, or unknown
 */
export async function requireTarget(found: Verification, folder: string, tag: Buffer): Promise<Verification> {
  const [, target = '', type = ''] =
    /^object ([0-9a-f]{40,64})\ntype (\w+)\n/.exec(tag.toString('latin1')) ?? [];
  const is = await git(folder, 'cat-file', '-t', target).then(
    ({ stdout }) => stdout.toString('latin1').trim(),
    () => undefined,
  );
  if (is !== undefined && is === type) return found;
  const code = 'nothing-to-verify';
  const reason = `${found.reason}; but the ${type || 'object'} ${target} that it is of is not in this clone`;
  return { ...found, code, verdict: VERDICT_OF[code], reason };
}
