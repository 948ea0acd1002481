import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { decided, unknown } from './figures.ts';

const threshold = z.strictObject({});

export const declaredProvenance: Criterion<z.infer<typeof threshold>> = {
  id: 'declared-provenance',
  title: 'Provenance declared by the registry',
  definition:
    'The registry names a provenance attestation for exactly this version. Declared, not verified. Where a mirror strips signatures and attestations, their absence says nothing.',
  source: CITED.slsa,
  passes: 'the npm registry names a provenance for this version (npm only)',
  from: 'registry',
  threshold,
  appliesTo: ['npm'],
  mend: 'npm publish --provenance   # from a CI that has an OIDC identity',
  judge(evidence) {
    const fact = evidence.first('npm.version');
    if (fact === undefined) return missing(evidence, 'npm.version', 'what the registry says of this version');
    const registry = evidence.first('npm.package');
    const ids = [fact.id, ...(registry === undefined ? [] : [registry.id])];
    const { provenance, signatures } = fact.value;
    if (provenance !== null)
      return decided(true, `declares ${provenance}; not verified`, ids, {
        provenance,
        signatures: signatures.length,
      });
    const doubt = registry?.value.signaturesDoubt ?? null;
    if (doubt !== null) return unknown(doubt, ids);
    return decided(false, 'the registry hands on attestations, and this version has none', ids, {
      provenance: null,
      signatures: signatures.length,
    });
  },
};
