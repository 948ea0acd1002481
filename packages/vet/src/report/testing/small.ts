import type { EvidencePack } from '../../pack/schema.ts';
import type { JudgedResult } from '../../policy/resolved.ts';
import { factsFrom, goodFacts } from '../../testing/evidence.ts';

export const WAIVER = {
  tool: 'tool',
  criterion: 'house-rule',
  reason: 'asked for',
  approvedBy: 'ben',
  expires: '2026-12-31',
};
export const result = (criterion: string, more: Partial<JudgedResult> = {}): JudgedResult => ({
  criterion,
  verdict: 'pass',
  reason: 'it is so',
  numbers: {},
  evidence: [],
  required: true,
  ...more,
});

/** A pack of three results that fits on a screen, for literal texts; it need not hold. */
export function smallPack(more: Partial<EvidencePack> = {}): EvidencePack {
  return {
    apiVersion: 'toolcrib.dev/v1alpha1',
    kind: 'EvidencePack',
    subject: { purl: 'pkg:npm/tool', name: 'tool', version: '1.5.0' },
    asked: { spec: 'tool', files: [] },
    assessedAt: '2026-03-23T12:34:56.000Z',
    policy: {
      source: { path: 'policies/trust.yaml', sha256: 'c'.repeat(64) },
      profile: 'strict',
      require: ['licence', 'house-rule'],
      inform: ['maintained'],
      thresholds: {},
      rules: [],
      exceptions: [],
    },
    evidence: [],
    gaps: [],
    results: [
      result('licence', { reason: 'Apache-2.0' }),
      result('maintained', { verdict: 'fail', reason: 'no commit in 400 days', required: false }),
      result('house-rule', { verdict: 'unknown', reason: 'nobody looked', waived: WAIVER }),
    ],
    verdict: 'pass',
    sha256: 'd'.repeat(64),
    ...more,
  };
}

/** The same with a history, of which one figure can be had by hand. */
export function packWithHistory(location: string): EvidencePack {
  const evidence = factsFrom({ 'git.history': goodFacts()['git.history'] });
  for (const fact of evidence) fact.source.location = location;
  return smallPack({
    evidence: evidence as unknown as EvidencePack['evidence'],
    results: [result('commit-cadence', { numbers: { commits: 39, ageDays: 800 } })],
  });
}
