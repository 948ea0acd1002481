import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { withDeclared } from './declared-hint.ts';
import { decided, unknown } from './figures.ts';
import { isPinned, signerPin } from './signers.ts';
import { uncovered } from './uncovered.ts';

const threshold = z.strictObject({
  /** purl without version → whoever may have signed its releases. */
  signers: z.record(z.string(), z.array(signerPin).min(1)).default({}),
});

/** Pinned per tool in the policy; the first signer seen is proposed, and never taken. */
export const verifiedSignature: Criterion<z.infer<typeof threshold>> = {
  id: 'verified-signature',
  title: 'Signature verified',
  definition:
    'A signature over the very bytes of the release was verified cryptographically, and its signer is one that the policy pins for this tool. A file that looks like a signature counts for nothing; a good signature of somebody who is not pinned is a proposal.',
  source: CITED.signing,
  passes:
    'a signature holds over the release’s very bytes, and its signer is one that the policy pins for this tool: [verification.md](verification.md)',
  from: '`--file` (a release)',
  threshold,
  mend: 'cosign sign-blob --bundle TOOL.sigstore.json TOOL   # in the release workflow; attach the bundle to the release',
  judge(evidence, { signers }) {
    const found = evidence.all('release.signature');
    if (found.length === 0)
      return withDeclared(
        missing(evidence, 'release.signature', 'a release file with proofs'),
        evidence,
        'signature',
      );
    const ids = found.map(({ id }) => id);
    const failed = found.find(({ value }) => value.cryptography === 'fail');
    if (failed !== undefined)
      return decided(false, failed.value.reason, [failed.id], { scheme: failed.value.scheme });
    const good = found.flatMap(({ id, value: { signer, ...value } }) =>
      value.cryptography === 'pass' && signer !== null ? [{ id, value, signer }] : [],
    );
    const [first] = good;
    if (first === undefined) {
      const reasons = found.map(({ value }) => value.reason).join('; ');
      return withDeclared(unknown(reasons, ids), evidence, 'signature');
    }
    const pins = signers[evidence.subject.purl] ?? [];
    const who = first.signer.name ?? first.signer.id;
    const numbers = {
      scheme: first.value.scheme,
      signer: first.signer.id,
      signedAt: first.value.signedAt,
    };
    if (pins.length === 0) {
      return unknown(
        `a good signature of ${who}, but nobody is pinned: check that this is theirs, and pin it in the policy`,
        ids,
        numbers,
      );
    }
    const all = good.filter(({ signer }) => isPinned(signer, pins));
    const [pinned] = all;
    if (pinned === undefined)
      return decided(false, `signed by ${who}, who is not pinned for this tool`, [first.id], numbers);
    const others = uncovered(
      evidence,
      all.map(({ value }) => value.sha256),
    );
    if (others.length > 0) return unknown(`no pinned signer signed ${others.join(', ')}`, ids, numbers);
    return decided(true, `${pinned.value.scheme}: ${pinned.value.reason}`, [pinned.id], {
      ...numbers,
      signer: pinned.signer.id,
    });
  },
};
