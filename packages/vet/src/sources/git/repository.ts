import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { type CatFile, catFile } from './cat-file.ts';
import { originIn, readConfig, type Setting } from './config.ts';
import { commitOf } from './objects.ts';
import { gitStream, textOf } from './run-git.ts';
import { refuseSpecialFiles } from './special-files.ts';

/** A repository opened for reading. `close` removes the private directory; the repository itself is never written. */
export interface Repository {
  /** As the person named it. */
  dir: string;
  /** The commit whose history is looked at, and the ref it was found by. */
  head: { ref: string; commit: string } | null;
  /** Why figures from this repository would be of half a history; null: it is whole. */
  incomplete: string | null;
  /** Where its configuration says it was cloned from: a claim, that can contradict and never prove. */
  origin: string | undefined;
  /** Streams what a git command prints. Throws `GitFailure` after the last byte where git failed. */
  stream(args: readonly string[]): AsyncGenerator<Buffer>;
  /** All that a git command prints; 16 MiB at most. */
  text(args: readonly string[]): Promise<string>;
  /** Its objects, by name. */
  objects: Pick<CatFile, 'info' | 'contents'>;
  close(): Promise<void>;
}

/**
 * Opens a repository without trusting anything in it but its objects and refs. Its configuration can name programs to
 * run (`gpg.program`, `core.fsmonitor`, `core.sshCommand`, `core.alternateRefsCommand`, filters, aliases, includes) and
 * its commit-graph can lie about dates, so neither is read: git works in a private directory with a configuration of
 * ours, into which only `objects`, `refs` and `packed-refs` are linked. Nothing is ever checked out.
 */
export async function openRepository(dir: string, signal?: AbortSignal): Promise<Repository> {
  const found = await locate(dir);
  const text = await readSmall(join(found.common, 'config'));
  const config = text === TOO_LARGE ? TOO_LARGE : readConfig(text);
  const extensions = readExtensions(config);
  if (extensions.refStorage !== 'files')
    throw new ToolcribError(
      'not-understood',
      `${dir} keeps its refs as "${extensions.refStorage}", which is not read yet`,
      {
        next: 'make a clone of it with --ref-format=files',
      },
    );
  for (const part of ['objects', 'refs'])
    if (await exists(join(found.common, part))) await refuseSpecialFiles(join(found.common, part));
  const own = await mkdtemp(join(tmpdir(), 'toolcrib-vet-'));
  const objects = catFile(own, signal);
  const close = async () => {
    await objects.close();
    await rm(own, { recursive: true, force: true });
  };
  try {
    await linkInto(own, found, extensions.objectFormat);
    const run = (args: readonly string[]) => gitStream(own, args, signal);
    const head = await findHead(objects, await readSmall(join(found.git, 'HEAD')));
    signal?.throwIfAborted();
    return {
      dir,
      head,
      incomplete: await whyIncomplete(found.common, config),
      origin: config === TOO_LARGE ? undefined : originIn(config),
      stream: run,
      text: (args) => textOf(run(args)),
      objects,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function linkInto(own: string, found: Located, objectFormat: string): Promise<void> {
  const sha256 = objectFormat === 'sha256';
  const lines = [
    '[core]',
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    '\tbare = true',
    '\thooksPath = /dev/null',
    '\tfsmonitor = false',
    '\tcommitGraph = false',
    '[protocol]',
    '\tallow = never',
    '[gc]',
    '\tauto = 0',
    ...(sha256 ? ['[extensions]', '\tobjectformat = sha256'] : []),
  ];
  await writeFile(join(own, 'config'), `${lines.join('\n')}\n`);
  await writeFile(join(own, 'HEAD'), 'ref: refs/heads/toolcrib-none\n');
  await symlink(join(found.common, 'objects'), join(own, 'objects'));
  if (await exists(join(found.common, 'refs'))) await symlink(join(found.common, 'refs'), join(own, 'refs'));
  else await mkdir(join(own, 'refs'));
  for (const file of ['packed-refs', 'shallow'])
    if (await isFile(join(found.common, file))) await cp(join(found.common, file), join(own, file));
}

type Located = { git: string; common: string };

/**
 * Finds the git directory by its own layout; git itself would read the configuration to answer.
 *
 * @throws ToolcribError `not-found`, `bad-file`
 */
export async function locate(dir: string): Promise<Located> {
  const start = resolve(dir);
  if (!(await exists(start)))
    throw new ToolcribError('not-found', `there is no folder ${dir}`, { next: 'name a clone, bare or not' });
  for (const candidate of [join(start, '.git'), start]) {
    const info = await stat(candidate).catch(() => undefined);
    if (info?.isFile()) {
      const link = await readSmall(candidate);
      const target = link === TOO_LARGE ? undefined : /^gitdir: (.+)$/m.exec(link)?.[1];
      if (target !== undefined) return withCommon(resolve(start, target));
    }
    if (
      info?.isDirectory() &&
      (await exists(join(candidate, 'HEAD'))) &&
      (await exists(join(candidate, 'objects')))
    )
      return withCommon(candidate);
  }
  throw new ToolcribError('bad-file', `${dir} is not a git repository`, {
    next: 'name the folder that holds .git',
  });
}

async function withCommon(git: string): Promise<Located> {
  const common = await readSmall(join(git, 'commondir'));
  if (common === TOO_LARGE || common.trim() === '') return { git, common: git };
  return { git, common: resolve(git, common.trim()) };
}

function readExtensions(config: readonly Setting[] | typeof TOO_LARGE): {
  objectFormat: string;
  refStorage: string;
} {
  const settings = config === TOO_LARGE ? [] : config;
  const value = (wanted: string) =>
    settings.find(({ section, name }) => section === 'extensions' && name === wanted)?.value?.toLowerCase();
  return { objectFormat: value('objectformat') ?? 'sha1', refStorage: value('refstorage') ?? 'files' };
}

/** A history that was cut counts too few people and too short a past: better no figure than that one. */
async function whyIncomplete(
  common: string,
  config: readonly Setting[] | typeof TOO_LARGE,
): Promise<string | null> {
  const shallow = await readSmall(join(common, 'shallow'));
  const grafts = await readSmall(join(common, 'info', 'grafts'));
  const unread = (file: string) =>
    `its file ${file} is too large to be read: whether the history is whole can't be told`;
  if (config === TOO_LARGE) return unread('config');
  if (shallow === TOO_LARGE) return unread('shallow');
  if (grafts === TOO_LARGE) return unread('info/grafts');
  if (shallow.trim() !== '')
    return 'the clone is shallow: only a part of its history is here (git fetch --unshallow brings the rest)';
  if (config.some(isPartial))
    return 'the clone is partial: objects are missing and would have to be fetched (clone it without --filter)';
  if (grafts.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#')))
    return 'the history is grafted (info/grafts): its parents are not those that were committed';
  return null;
}

const isPartial = ({ section, name, value }: Setting): boolean =>
  name === 'partialclonefilter' ||
  (section === 'extensions' && name === 'partialclone') ||
  (name === 'promisor' && !/^(false|no|off|0|)$/i.test(value ?? 'true'));

/**
 * The history of the project is that of its main branch. A clone that stands on a detached commit (a tag checked out)
 * would make the project look as old as that tag: there the remote's main branch is taken.
 */
async function findHead(
  objects: Repository['objects'],
  headFile: string | typeof TOO_LARGE,
): Promise<Repository['head']> {
  if (headFile === TOO_LARGE) return null;
  const branch = /^ref: (refs\/[^\s]+)\s*$/.exec(headFile)?.[1];
  const detached = /^([0-9a-f]{40,64})\s*$/.exec(headFile)?.[1];
  const refs = branch === undefined ? ['refs/remotes/origin/HEAD', detached] : [branch];
  for (const ref of refs) {
    if (ref === undefined) continue;
    const commit = await commitOf({ objects }, ref);
    if (commit !== undefined) return { ref: ref === detached ? 'HEAD' : ref, commit };
  }
  return null;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A control file that is too large to be read: it is there, and what it says is not known. */
const TOO_LARGE = Symbol('too large');
const isFile = (path: string) =>
  stat(path).then(
    (info) => info.isFile(),
    () => false,
  );

/** A small control file; '' where it is absent. One of 2 GB is not read. */
async function readSmall(path: string): Promise<string | typeof TOO_LARGE> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile()) return '';
  if (info.size > 1024 * 1024) return TOO_LARGE;
  return readFile(path, 'utf8');
}
