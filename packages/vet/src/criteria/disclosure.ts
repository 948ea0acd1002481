import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { decided, quote, unknown } from './figures.ts';

const threshold = z.strictObject({
  /** The shortest time frame the policy names may be at most this. */
  maxDays: z.number().positive().default(90),
});

export const disclosure: Criterion<z.infer<typeof threshold>> = {
  id: 'disclosure',
  title: 'Disclosure policy with a time frame',
  definition:
    'The security policy at the chosen version (SECURITY.md: under .github, else at the top, else under docs) names a way to report and a time frame. Only the repository itself is read: a policy that stands elsewhere, for a whole organisation or behind a link, is not seen.',
  source: CITED.disclosure,
  passes:
    'a security policy with a way to report and a time frame for reports (not for how long versions are kept)',
  from: 'files',
  threshold,
  mend: 'write SECURITY.md: where to report in private, and within how many days there will be an answer',
  judge(evidence, { maxDays }) {
    const fact = evidence.first('git.files');
    if (fact === undefined) return missing(evidence, 'git.files', 'the files of the version');
    const policies = fact.value.security;
    const best = [...policies].sort((a, b) => rank(a.path) - rank(b.path))[0];
    if (best === undefined)
      return decided(false, 'the repository has no security policy', [fact.id], { policies: 0 });
    const [shortest] = [...best.timeframes].sort((a, b) => a.days - b.days);
    const numbers = {
      policies: policies.length,
      path: best.path,
      textSha256: best.sha256,
      shortestDays: shortest?.days ?? null,
      contact: best.contact,
    };
    if (best.sha256 === null) return unknown(`${best.path} is too large to be read`, [fact.id]);
    if (!best.contact) return decided(false, `${best.path} names no way to report`, [fact.id], numbers);
    if (shortest === undefined) return decided(false, `${best.path} names no time frame`, [fact.id], numbers);
    return decided(
      shortest.days <= maxDays,
      `${best.path} names ${shortest.days} days: “… ${shortest.text} …”; at most ${maxDays} wanted`,
      [fact.id],
      numbers,
    );
  },
  byHand(evidence, threshold, now) {
    const files = evidence.first('git.files')?.value;
    const path = this.judge(evidence, threshold, now).numbers.path;
    if (files === undefined || typeof path !== 'string') return [];
    return [
      {
        figure: 'textSha256',
        command: `$GIT cat-file blob ${quote(`${files.commit}:${path}`)} | sha256sum | cut -c1-64`,
      },
    ];
  },
};

/** The order in which GitHub looks for it; what is called otherwise (security-insights.yml) speaks only where none is. */
function rank(path: string): number {
  const [, folder = '', rest = ''] = /^(.*\/)?security(.*)$/i.exec(path) ?? [];
  const known = ['.github/', '', '.gitlab/', 'docs/'].indexOf(folder.toLowerCase());
  const place = known === -1 ? 5 : known;
  return /^(\.\w+)?$/.test(rest) ? place : place + 10;
}
