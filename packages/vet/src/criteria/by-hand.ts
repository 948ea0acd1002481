import { BOT_PATTERN } from '../sources/git/bots.ts';
import { quote } from './figures.ts';

/*
 * Whatever `$GIT` comes to, the rest of a line must count as this program does, also where a repository is made to
 * prevent it: bytes and not letters (`LC_ALL=C`, `grep -a`), the mailmap that was committed, and no signature checked.
 */

/** Prints `name <address>` of each human, non-merge commit since a moment. `$GIT` is git on the clone. */
export function humanCommits(commit: string, since: string): string {
  return `${log(commit)} --no-merges --since-as-filter=${since} --format='%aN <%aE>' ${commit} | LC_ALL=C grep -aviE '${BOT_PATTERN}'`;
}

/** A `log` over the history of a commit, with that commit's own mailmap. */
export const log = (commit: string): string =>
  `$GIT -c mailmap.blob=${commit}:.mailmap log --no-show-signature`;

export const NAMES = "LC_ALL=C sed 's/ <.*//'";
export const ADDRESSES = "LC_ALL=C sed 's/.*<//' | LC_ALL=C tr A-Z a-z";

/** Prints `seconds tag` of each release (no prerelease) of one series, oldest first. A tag without a date is none. */
export function releaseTags(prefix: string): string {
  const escaped = prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = quote(`^[0-9]+ ${escaped}[0-9]+\\.[0-9]+(\\.[0-9]+)?(\\+.*)?$`);
  return `$GIT for-each-ref --sort=creatordate --format='%(creatordate:unix) %(refname:strip=2)' refs/tags | LC_ALL=C grep -aE ${pattern}`;
}
