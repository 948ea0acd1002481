import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { decided, unknown } from './figures.ts';
import { type SignerName, sameSigner } from './signers.ts';
import { uncovered } from './uncovered.ts';

const threshold = z.strictObject({});

export const signerUnchanged: Criterion<z.infer<typeof threshold>> = {
  id: 'signer-unchanged',
  title: 'Same signer as before',
  definition:
    'Each artefact of this version was signed by somebody whom the evidence pack of the version in use holds as verified, and nobody else signed any. A workflow that runs on a tag is the same where each tag names its own version. A changed signer may be a new maintainer, a new workflow or a thief: somebody has to look.',
  source: CITED.signing,
  passes:
    'each artefact was signed by somebody whom the pack of the version in use holds as verified, and by nobody else',
  from: '`--file` (a release)',
  threshold,
  judge(evidence) {
    const signatures = evidence
      .all('release.signature')
      .flatMap(({ id, value }) =>
        value.cryptography === 'pass' && value.signer !== null
          ? [{ id, sha256: value.sha256, signer: value.signer }]
          : [],
      );
    const previous = evidence.first('release.previous');
    if (previous === undefined)
      return missing(evidence, 'release.previous', 'the evidence pack of the version in use');
    if (signatures.length === 0) return unknown('no signature of this version was verified', [previous.id]);
    const { signers, version } = previous.value;
    if (signers.length === 0)
      return unknown('the earlier evidence pack holds no verified signature', [previous.id]);
    const ids = [previous.id, ...signatures.map(({ id }) => id)];
    const { purl, version: current } = evidence.subject;
    const isEarlier = (signer: SignerName) =>
      signers.some((one) => sameSigner({ purl, version: current, signer }, { purl, version, signer: one }));
    const same = signatures.filter(({ signer }) => isEarlier(signer));
    const changed = signatures.filter((one) => !same.includes(one));
    const earlier = version ?? 'the earlier version';
    const numbers = { signer: (changed[0] ?? same[0])?.signer.id ?? null };
    if (changed.length > 0) {
      const reason = `signed by ${list(changed.map(({ signer }) => signer))}; ${earlier} was signed by ${list(signers)}`;
      return decided(false, reason, ids, numbers);
    }
    const others = uncovered(
      evidence,
      same.map(({ sha256 }) => sha256),
    );
    if (others.length > 0) return unknown(`no signature of ${others.join(', ')} was verified`, ids, numbers);
    return decided(
      true,
      `signed by ${list(same.map(({ signer }) => signer))}, as ${earlier} was`,
      ids,
      numbers,
    );
  },
};

const list = (signers: readonly SignerName[]) => [...new Set(signers.map(named))].join(', ');

const named = ({ id, issuer }: SignerName) => (issuer === null ? id : `${id} (vouched for by ${issuer})`);
