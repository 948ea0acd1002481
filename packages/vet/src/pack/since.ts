import type { Verdict } from '@toolcrib/model';
import { viewOf } from '../criteria/criterion.ts';
import { demandsSame } from '../policy/policy.ts';
import type { JudgedResult } from '../policy/resolved.ts';
import type { Change } from './outcome.ts';
import { factsOf } from './pack.ts';
import type { EvidencePack } from './schema.ts';

const RANK: Record<Verdict, number> = { pass: 0, unknown: 1, fail: 2 };

/** Both ways round: what is new, and what is gone. */
export function changesSince(old: EvidencePack, now: EvidencePack): Change[] {
  const changes: Change[] = [];
  const say = (what: Change['what'], text: string, worse = false) => changes.push({ what, text, worse });
  if (old.subject.purl !== now.subject.purl)
    say('tool', `the pack is of ${old.subject.purl}, this is ${now.subject.purl}`, true);
  if (old.subject.version !== now.subject.version)
    say('version', `version ${old.subject.version ?? '(none)'} → ${now.subject.version ?? '(none)'}`);
  if (old.policy.job !== now.policy.job || !demandsSame(old.policy, now.policy))
    say('policy', 'the policy is another one');
  if (old.verdict !== now.verdict)
    say('verdict', `verdict ${old.verdict} → ${now.verdict}`, RANK[now.verdict] > RANK[old.verdict]);
  for (const id of union(old.results, now.results, ({ criterion }) => criterion)) {
    const before = old.results.find(({ criterion }) => criterion === id);
    const after = now.results.find(({ criterion }) => criterion === id);
    const text = criterionChange(id, before, after);
    if (text !== undefined)
      say(
        'criterion',
        text,
        before !== undefined && after !== undefined && RANK[after.verdict] > RANK[before.verdict],
      );
  }
  listed(old, now, releases, (name, is) =>
    say('release', is ? `release ${name}` : `release ${name} is gone`, !is),
  );
  listed(old, now, people, (name, is) =>
    say('contributor', is ? `${name} began to contribute` : `${name} is no longer in the history`),
  );
  listed(old, now, signers, (name, is) =>
    say(
      'signer',
      is ? `tags are signed by ${name}, which was not seen before` : `no tag is signed by ${name} any more`,
      true,
    ),
  );
  listed(old, now, vulnerabilities, (name, is) =>
    say('vulnerability', is ? `${name} affects this version` : `${name} no longer affects this version`, is),
  );
  return changes;
}

function criterionChange(id: string, before?: JudgedResult, after?: JudgedResult): string | undefined {
  if (before === undefined) return `${id}: not judged → ${after?.verdict}`;
  if (after === undefined) return `${id}: ${before.verdict} → not judged`;
  if (before.verdict !== after.verdict) return `${id}: ${before.verdict} → ${after.verdict}: ${after.reason}`;
  const moved = union(Object.keys(before.numbers), Object.keys(after.numbers), (key) => key).filter(
    (key) => before.numbers[key] !== after.numbers[key] && key !== 'textSha256',
  );
  if (moved.length === 0) return undefined;
  return `${id}: ${moved.map((key) => `${key} ${before.numbers[key] ?? '–'} → ${after.numbers[key] ?? '–'}`).join(', ')}`;
}

function union<T>(a: readonly T[], b: readonly T[], key: (item: T) => string): string[] {
  return [...new Set([...a, ...b].map(key))];
}

function listed(
  old: EvidencePack,
  now: EvidencePack,
  list: (pack: EvidencePack) => Set<string> | undefined,
  say: (name: string, isNew: boolean) => void,
): void {
  const before = list(old);
  const after = list(now);
  // Where one of the two has no such fact, its source was not asked: that is no change of the tool. A fact that lists
  // nothing is another matter: the first vulnerability and the last signature are what one looks for.
  if (before === undefined || after === undefined) return;
  for (const name of after) if (!before.has(name)) say(name, true);
  for (const name of before) if (!after.has(name)) say(name, false);
}

const view = (pack: EvidencePack) => viewOf(pack.subject, factsOf(pack), pack.gaps);
/** undefined: the pack has no fact that could list any. */
const setOf = (names: readonly string[] | undefined) => (names === undefined ? undefined : new Set(names));
const releases = (pack: EvidencePack) =>
  setOf(
    view(pack)
      .first('git.releases')
      ?.value.releases.map(({ tag }) => tag),
  );
const people = (pack: EvidencePack) =>
  setOf(
    view(pack)
      .first('git.history')
      ?.value.contributors.filter(({ bot }) => !bot)
      .map(({ name }) => name),
  );
const signers = (pack: EvidencePack) =>
  setOf(
    view(pack)
      .first('git.tag-signatures')
      ?.value.tags.flatMap(({ signature }) =>
        signature === null ? [] : [`${signature.scheme} ${signature.signer ?? '(unnamed key)'}`],
      ),
  );
const vulnerabilities = (pack: EvidencePack) => {
  const all = view(pack).all('osv.records');
  if (all.length === 0) return undefined;
  return setOf(
    all.flatMap(({ value }) =>
      value.ofPackage.filter(({ affects }) => affects === 'yes').map(({ id }) => id),
    ),
  );
};
