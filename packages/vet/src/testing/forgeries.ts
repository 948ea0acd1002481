import type { EvidencePack } from '../pack/schema.ts';
import { factOf } from './vetted.ts';

/** What a forger may do to a pack, each of which is noticed. */
export const FORGERIES: Record<string, (copy: EvidencePack) => void> = {
  'facts of one version under the name of another': (copy) => {
    copy.subject.version = '9.9.9';
  },
  'the same, with every fact renamed': (copy) => {
    copy.subject.version = '9.9.9';
    for (const fact of copy.evidence) if (fact.type === 'git.files') fact.subject += '@9.9.9';
  },
  'a name that is not its purl’s': (copy) => {
    copy.subject.name = 'popular';
  },
  'a purl that is not its name’s, with every fact renamed': (copy) => {
    copy.subject.purl = 'pkg:github/example/popular';
    for (const fact of copy.evidence) fact.subject = copy.subject.purl;
  },
  'the Scorecard of another repository': (copy) => {
    copy.subject = { purl: 'pkg:github/example/fixture', name: 'fixture' };
    for (const fact of copy.evidence) fact.subject = copy.subject.purl;
    copy.evidence.push({
      ...(copy.evidence[0] as EvidencePack['evidence'][number]),
      id: 'scorecard.result',
      type: 'scorecard.result',
      value: {
        date: '2026-03-01',
        repository: 'github.com/example/popular',
        commit: 'x',
        score: 9,
        checks: {},
      },
    });
  },
  'facts of one tool under the name of another': (copy) => {
    copy.subject.purl = 'pkg:github/example/other';
  },
  'made tomorrow': (copy) => {
    copy.assessedAt = new Date(Date.now() + 3 * 86_400_000).toISOString();
  },
  'a fix that was released at once': (copy) => {
    for (const fix of factOf(copy, 'git.fixes').value.fixes as { at: string; releasedAt: string }[])
      fix.releasedAt = fix.at;
  },
  'slow fixes left out': (copy) => {
    factOf(copy, 'git.fixes').value.fixes?.pop();
  },
  'the latest release left out': (copy) => {
    factOf(copy, 'git.releases').value.releases?.pop();
  },
  'another release chosen': (copy) => {
    (factOf(copy, 'git.releases').value as { chosen: unknown }).chosen = 'v1.0.0';
  },
  'unsigned tags left out': (copy) => {
    factOf(copy, 'git.tag-signatures').value.tags?.shift();
  },
  'a fact left out': (copy) => {
    copy.evidence = copy.evidence.filter(({ type }) => type !== 'git.files');
  },
  'a fact called so that it is not found again': (copy) => {
    factOf(copy, 'git.history').id = 'git.history-7';
  },
  'a better fact of the same type before the true one': (copy) => {
    copy.evidence.unshift({ ...(copy.evidence[0] as EvidencePack['evidence'][number]), id: 'git.history-2' });
  },
};
