import { ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import type { Subject } from '../../facts/evidence.ts';
import type { Fact } from '../../facts/fact.ts';
import { fact } from '../../facts/fact.ts';
import { readGiven } from '../../given/given.ts';
import type { Collected, Source } from '../source.ts';

/** The answer of Scorecard's API and of `scorecard --format json`. */
const schema = z.looseObject({
  date: z.string(),
  repo: z.looseObject({ name: z.string(), commit: z.string() }),
  score: z.number(),
  checks: z.array(z.looseObject({ name: z.string(), score: z.number(), reason: z.string().nullish() })),
});

/** A Scorecard result: others' claim, kept with its date; no criterion rests on its total (ossf/scorecard#4219). */
export const scorecardSource: Source = {
  kind: 'scorecard-file',
  makes: ['scorecard.result'],
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const collected: Collected = { facts: [], gaps: [] };
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'scorecard') continue;
      for await (const { content } of given.documents()) {
        const parsed = schema.safeParse(content);
        if (!parsed.success)
          throw new ToolcribError(
            'bad-file',
            `${path} is no Scorecard result: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`,
          );
        const { date, repo, score, checks } = parsed.data;
        if (!speaksOfRepository(repo.name, target.subject)) {
          collected.gaps.push({
            source: 'scorecard-file',
            types: ['scorecard.result'],
            reason: `${path} speaks of ${repo.name}`,
          });
          continue;
        }
        const named = Object.fromEntries(
          checks.map(({ name, score, reason }) => [name, { score, reason: reason ?? '' }]),
        );
        const value = { date, repository: repo.name, commit: repo.commit, score, checks: named };
        const source = { kind: 'scorecard-file', location: path };
        collected.facts.push(
          fact('scorecard.result', value, {
            subject: target.subject.purl,
            source,
            sha256: given.sha256,
            context,
          }) as Fact,
        );
      }
    }
    return collected;
  },
};

/** A purl of another registry does not say which repository it should be. */
export function speaksOfRepository(name: string, { purl }: Subject): boolean {
  const github = /^github\.com\/(.+)$/i.exec(name)?.[1]?.toLowerCase();
  return !purl.startsWith('pkg:github/') || `pkg:github/${github}` === purl.toLowerCase();
}
