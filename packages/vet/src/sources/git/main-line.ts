import type { Repository } from './repository.ts';

/** How long a commit may wait on somebody's disk before it is pushed, and how old a clone may be. */
const SLACK = 86_400_000;

/**
 * Why a commit is not what somebody saw who looked at this repository at a moment; null: it may well be. Whoever makes a
 * pack names the commit it was made from, and an older one hides all that came since: that the project was archived,
 * say. So it must lie on the main line as it is known here, with no commit after it that was there by then.
 *
 * Only the first parents are asked for their dates: what a merge brings in is often older than the merge.
 *
 * @param commit is in the repository
 * @param moment milliseconds since 1970
 */
export async function whyNotTheHead(
  repository: Repository,
  { commit, moment }: { commit: string; moment: number },
): Promise<string | null> {
  const line = await lineHolding(repository, commit);
  if (line === undefined)
    return `commit ${commit.slice(0, 12)} is not in the history of the main branch (git fetch, or name another clone with --git)`;
  const until = Math.floor((moment - SLACK) / 1000);
  const count = await repository.text([
    'rev-list',
    '--count',
    '--first-parent',
    `--until=@${until}`,
    `${commit}..${line}`,
  ]);
  const passed = Number(count);
  if (passed === 0) return null;
  const day = new Date(moment).toISOString().slice(0, 10);
  const [commits, were, are] = passed === 1 ? ['commit', 'was', 'is'] : ['commits', 'were', 'are'];
  return `${passed} ${commits} of its main branch ${were} there before ${day} and ${are} not in the pack, which stops at ${commit.slice(0, 12)}: it was made from an old clone, or hides them`;
}

/**
 * The reader's own main line that holds a commit: as the remote has it, else as the clone stands. What the pack says of
 * branches is not asked.
 */
async function lineHolding(repository: Repository, commit: string): Promise<string | undefined> {
  const branch = /^refs\/heads\/(.+)$/.exec(repository.head?.ref ?? '')?.[1];
  const refs = [
    'refs/remotes/origin/HEAD',
    ...(branch === undefined ? [] : [`refs/remotes/origin/${branch}`]),
    ...(repository.head === null ? [] : [repository.head.commit]),
  ];
  for (const ref of refs) {
    const args = ['merge-base', '--is-ancestor', '--end-of-options', commit, ref];
    const holds = await repository.text(args).then(
      () => true,
      () => false,
    );
    if (holds) return ref;
  }
  return undefined;
}
