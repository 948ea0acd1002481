import { z } from 'zod';
import { type Criterion, missing } from './criterion.ts';
import { decided, unknown } from './figures.ts';
import { CITED } from './sources.ts';

const threshold = z.strictObject({});

export const signerUnchanged: Criterion<z.infer<typeof threshold>> = {
  id: 'signer-unchanged',
  title: 'Same signer as before',
  definition:
    'The verified signer of this version is one that the evidence pack of the version in use holds as verified. A changed signer may be a new maintainer, a new workflow or a thief: somebody has to look.',
  source: CITED.signing,
  threshold,
  judge(evidence) {
    const signatures = evidence
      .all('release.signature')
      .filter(({ value }) => value.cryptography === 'pass' && value.signer !== null);
    const previous = evidence.first('release.previous');
    if (previous === undefined)
      return missing(evidence, 'release.previous', 'the evidence pack of the version in use');
    if (signatures.length === 0) return unknown('no signature of this version was verified', [previous.id]);
    const { signers, version } = previous.value;
    if (signers.length === 0)
      return unknown('the earlier evidence pack holds no verified signature', [previous.id]);
    const now = signatures.flatMap(({ value }) => value.signer ?? []);
    const ids = [previous.id, ...signatures.map(({ id }) => id)];
    // The same name from another issuer may be somebody else's.
    const same = now.find((one) => signers.some(({ id, issuer }) => id === one.id && issuer === one.issuer));
    const earlier = version ?? 'the earlier version';
    if (same !== undefined)
      return decided(true, `signed by ${named(same)}, as ${earlier} was`, ids, { signer: same.id });
    const reason = `signed by ${now.map(named).join(', ')}; ${earlier} was signed by ${signers.map(named).join(', ')}`;
    return decided(false, reason, ids, { signer: now[0]?.id ?? null });
  },
};

const named = ({ id, issuer }: { id: string; issuer: string | null }) =>
  issuer === null ? id : `${id} (vouched for by ${issuer})`;
