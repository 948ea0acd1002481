import { sealPack } from '../../pack/pack.ts';
import type { EvidencePack } from '../../pack/schema.ts';
import { readTrustPolicy } from '../../policy/default.ts';
import { judge } from '../../policy/judge.ts';
import { factsFrom, goodFacts, SUBJECT } from '../../testing/evidence.ts';
import { NOW } from '../../testing/repository.ts';

const { policy } = await readTrustPolicy(undefined);
/** A name that tries everything. */
export const EVIL =
  '\u001b[31m\u001b]0;owned\u0007\u202e<script>alert(1)</script>"\'`|*_[x](http://evil.example)\n| a | @everyone #1 \u009b2J --> ]]>';

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
export const evil = packOf(
  (facts) => {
    Object.assign(facts['git.files'].readme, { endOfLife: EVIL });
    for (const person of facts['git.history'].contributors) person.name = EVIL;
    for (const release of facts['git.releases'].releases) release.tag = EVIL;
    facts['npm.version'].licence = EVIL;
    facts['git.history'].ref = EVIL;
  },
  { ...SUBJECT, name: EVIL, version: EVIL },
  EVIL,
);
export const packs = [packOf(), evil];
export const options = { width: 80, color: true, commands: true };
/** What a terminal would act on. */
export const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
