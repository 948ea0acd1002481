import { messageOf, ToolcribError } from '@toolcrib/model';
import type { Fact } from '../../facts/fact.ts';
import { fact, sha256, subjectId } from '../../facts/fact.ts';
import type { FactType, FactValue } from '../../facts/index.ts';
import type { Collected, Source, SourceContext, Target } from '../source.ts';
import { readFiles, readMain } from './files.ts';
import { readFixes } from './fixes.ts';
import { HISTORY_FORMAT, readHistory } from './history.ts';
import { whyNotTheHead } from './main-line.ts';
import { commitOf, sizeObjects } from './objects.ts';
import { originContradicts } from './origin.ts';
import { type ReadReleases, readReleases, TAG_FORMAT } from './releases.ts';
import { openRepository, type Repository } from './repository.ts';
import { GitFailure } from './run-git.ts';
import { readCommitSignatures, readTagSignatures } from './signatures.ts';

const MAILMAP_LIMIT = 4 * 1024 * 1024;

/** A clone on this disk: its history, tags and the files at the chosen version. Read only, never executed. */
export const gitSource: Source = {
  kind: 'git',
  makes: [
    'git.history',
    'git.releases',
    'git.tag-signatures',
    'git.commit-signatures',
    'git.fixes',
    'git.main',
    'git.files',
  ],
  appliesTo: (target) => target.git !== undefined,
  collect: async (target, context) => {
    const repository = await openRepository(target.git?.dir ?? '.', context.signal);
    try {
      return await collectFrom(repository, target, context);
    } finally {
      await repository.close();
    }
  },
};

async function collectFrom(
  repository: Repository,
  target: Target,
  context: SourceContext,
): Promise<Collected> {
  const collected: Collected = { facts: [], gaps: [] };
  const gap = (types: readonly FactType[], reason: string) =>
    collected.gaps.push({ source: 'git', types: [...types], reason });
  const head = target.git?.at ?? repository.head;
  if (repository.incomplete !== null || head === null) {
    gap(
      gitSource.makes,
      repository.incomplete ?? 'the repository has no commit on its main branch, or it can not be read',
    );
    return collected;
  }
  const another = originContradicts(target.subject.purl, repository.origin);
  if (another !== null) {
    gap(gitSource.makes, another);
    return collected;
  }
  if (target.git?.at !== undefined && (await commitOf(repository, head.commit)) === undefined) {
    gap(
      gitSource.makes,
      `${repository.dir} does not hold commit ${head.commit} (git fetch, or name another with --git)`,
    );
    return collected;
  }
  if (target.git?.at !== undefined) {
    const reason = await whyNotTheHead(repository, target.git.at).catch(messageOf);
    if (reason !== null) {
      gap(gitSource.makes, reason);
      return collected;
    }
  }
  /** A damaged part leaves a hole with its reason; the rest is still worth having. */
  const attempt = async <T>(types: readonly FactType[], work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      gap(types, `${error.message}`);
      return undefined;
    }
  };
  const add = <T extends FactType>(
    type: T,
    value: FactValue<T>,
    hash: string,
    ofVersion: boolean,
    command?: string,
  ) =>
    collected.facts.push(
      fact(type, value, {
        subject: subjectId(target.subject, ofVersion),
        source: {
          kind: 'git',
          location: target.git?.shownAs ?? repository.dir,
          ...(command === undefined ? {} : { command: `$GIT ${command}` }),
        },
        sha256: hash,
        context,
      }) as Fact,
    );
  const wanted = {
    version: target.subject.version,
    revision: target.git?.revision,
    name: target.subject.name,
  };

  await attempt(['git.history'], async () => {
    await refuseHugeMailmap(repository, head.commit);
    const { value, sha256: hash } = await readHistory(repository, head, context.now(), context.progress);
    const command = `-c mailmap.blob=${head.commit}:.mailmap log -z --no-show-signature --format='${HISTORY_FORMAT}' ${head.commit}`;
    add('git.history', value, hash, false, command);
  });
  const releases = await attempt(['git.releases', 'git.tag-signatures', 'git.fixes'], () =>
    readReleases(repository, wanted, target.git?.at),
  );
  if (releases !== undefined) {
    add(
      'git.releases',
      releases.value,
      releases.sha256,
      false,
      `for-each-ref --format='${TAG_FORMAT}' refs/tags`,
    );
    await attempt(['git.tag-signatures'], async () => {
      const value = await readTagSignatures(repository, releases.series, releases.value.chosen);
      add('git.tag-signatures', value, sha256(JSON.stringify(value)), false);
    });
    await attempt(['git.fixes'], async () => {
      const { value, sha256: hash } = await readFixes(
        repository,
        head.commit,
        releases.series,
        context.now(),
      );
      add('git.fixes', value, hash, false);
    });
  }
  await attempt(['git.commit-signatures'], async () => {
    const value = await readCommitSignatures(repository, head.commit);
    add('git.commit-signatures', value, sha256(JSON.stringify(value)), false);
  });
  await attempt(['git.main'], async () => {
    const { value, sha256: hash } = await readMain(repository, head.commit);
    add('git.main', value, hash, false, `ls-tree -z --full-tree ${head.commit}`);
  });
  await attempt(['git.files'], async () => {
    const at = await revisionOf(repository, target, releases, head);
    if (at === undefined)
      return gap(
        ['git.files'],
        `no tag is named after version ${target.subject.version}: its files are not known`,
      );
    const { value, sha256: hash } = await readFiles(repository, at.commit, at.name);
    add('git.files', value, hash, true, `ls-tree -r -z --full-tree ${at.commit}`);
  });
  return collected;
}

/** The commit of the chosen version: the revision the person named, else the tag of that version, else the main branch. */
async function revisionOf(
  repository: Repository,
  target: Target,
  releases: ReadReleases | undefined,
  head: { ref: string; commit: string },
): Promise<{ name: string; commit: string } | undefined> {
  const named = target.git?.revision;
  const name = named ?? releases?.value.chosen ?? undefined;
  if (name === undefined)
    return target.subject.version === undefined ? { name: head.ref, commit: head.commit } : undefined;
  for (const ref of [`refs/tags/${name}`, ...(named === undefined ? [] : [name])]) {
    const commit = await commitOf(repository, ref);
    if (commit !== undefined) return { name, commit };
  }
  const newest = releases?.series
    .slice(0, 5)
    .map(({ tag }) => tag)
    .join(', ');
  throw new ToolcribError(
    'not-found',
    `${target.git?.shownAs ?? repository.dir} has no tag or commit "${name}"`,
    {
      next: newest ? `its newest release tags: ${newest}` : 'see `git tag`',
    },
  );
}

/** git reads the mailmap whole, whatever its size. */
async function refuseHugeMailmap(repository: Repository, commit: string): Promise<void> {
  const name = `${commit}:.mailmap`;
  const size = (await sizeObjects(repository, [name])).get(name)?.size ?? 0;
  if (size > MAILMAP_LIMIT)
    throw new GitFailure(`.mailmap has ${size} bytes; more than ${MAILMAP_LIMIT} are not read`);
}
