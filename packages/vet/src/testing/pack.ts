import { sealPack } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { readTrustPolicy } from '../policy/default.ts';
import { judge } from '../policy/judge.ts';
import { factsFrom, goodFacts, SUBJECT } from './evidence.ts';
import { NOW } from './repository.ts';

const { policy } = await readTrustPolicy(undefined);

/** The pack of a good tool, or of what was made of it. */
export function packOf(
  spoil: (facts: ReturnType<typeof goodFacts>) => void = () => {},
  subject = SUBJECT,
  policyPath = 'policies/trust.yaml',
): EvidencePack {
  const values = goodFacts();
  spoil(values);
  const facts = factsFrom(values);
  const gaps = [{ source: 'npm', types: ['npm.package'], reason: 'the registry was not asked' }];
  const own = policy.resolve(subject);
  const resolved = { ...own, source: { path: policyPath, sha256: own.source?.sha256 ?? '' } };
  return sealPack({
    apiVersion: 'toolcrib.dev/v1alpha1',
    kind: 'EvidencePack',
    subject,
    asked: { spec: 'x', files: [] },
    assessedAt: new Date(NOW).toISOString(),
    policy: resolved,
    evidence: facts,
    gaps,
    ...judge(subject, facts, gaps, resolved, NOW),
  });
}

/** The same pack with something else in it, and a fresh hash: a forger can compute that, too. */
export function resealed(pack: EvidencePack, change: (copy: EvidencePack) => void): EvidencePack {
  const copy = structuredClone(pack);
  change(copy);
  const { sha256: _, ...rest } = copy;
  return sealPack(rest as Parameters<typeof sealPack>[0]);
}
