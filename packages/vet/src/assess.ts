import { sealPack } from './pack/pack.ts';
import type { EvidencePack } from './pack/schema.ts';
import { judge } from './policy/judge.ts';
import type { ResolvedPolicy } from './policy/resolved.ts';
import { cloneForReading } from './sources/git/clone.ts';
import { collect } from './sources/index.ts';
import type { SourceContext, Target } from './sources/source.ts';
import { type Asked, type Resolved, resolveTarget, subjectOf, withoutSecrets } from './sources/target.ts';

/**
 * Vets one tool: collects the evidence, judges it, and seals both into a pack.
 *
 * @param policyFor the policy as it applies to the subject, once that and where it is read from are known
 * @throws ToolcribError for what the person got wrong; what the tool is made of only ever makes an `unknown`
 */
export async function assess(
  asked: Asked,
  policyFor: (subject: Target['subject'], target: Target) => ResolvedPolicy | Promise<ResolvedPolicy>,
  context: SourceContext,
): Promise<EvidencePack> {
  const { target, close } = await withClone(await resolveTarget(asked, context), context);
  try {
    const policy = await policyFor(target.subject, target);
    const { facts, gaps } = await collect(target, context);
    const now = context.now();
    const { results, verdict } = judge(target.subject, facts, gaps, policy, now);
    return sealPack({
      apiVersion: 'toolcrib.dev/v1alpha1',
      kind: 'EvidencePack',
      subject: target.subject,
      asked: { ...asked, spec: withoutSecrets(asked.spec) },
      assessedAt: new Date(now).toISOString(),
      policy,
      evidence: facts,
      gaps,
      results,
      verdict,
    });
  } finally {
    await close();
  }
}

async function withClone(
  resolved: Resolved,
  context: SourceContext,
): Promise<{ target: Target; close(): Promise<void> }> {
  if (!('clone' in resolved)) return { target: resolved, close: async () => {} };
  const { url, revision } = resolved.clone;
  const clone = await cloneForReading(url, context);
  const subject = subjectOf(url, url, revision);
  const git = {
    dir: clone.dir,
    shownAs: withoutSecrets(url),
    ...(revision === undefined ? {} : { revision }),
  };
  return {
    target: { spec: resolved.asked.spec, subject, git, files: resolved.asked.files },
    close: clone.close,
  };
}
