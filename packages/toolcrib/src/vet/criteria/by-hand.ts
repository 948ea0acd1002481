import { BOT_PATTERN } from '../sources/git/bots.ts';
import { quote } from './figures.ts';

/** Prints `name <address>` of each human, non-merge commit since a moment. `$GIT` is `git -C the-clone`. */
export function humanCommits(commit: string, since: string): string {
  return `$GIT log --no-merges --since-as-filter=${since} --format='%aN <%aE>' ${commit} | grep -viE '${BOT_PATTERN}'`;
}

export const NAMES = "sed 's/ <.*//'";
export const ADDRESSES = "sed 's/.*<//' | tr A-Z a-z";

/** Prints `seconds tag` of each release (no prerelease) of one series, oldest first. */
export function releaseTags(prefix: string): string {
  const escaped = prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = quote(` ${escaped}[0-9]+\\.[0-9]+(\\.[0-9]+)?(\\+.*)?$`);
  return `$GIT for-each-ref --sort=creatordate --format='%(creatordate:unix) %(refname:strip=2)' refs/tags | grep -E ${pattern}`;
}
