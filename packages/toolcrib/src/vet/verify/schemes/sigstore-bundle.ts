import { verifyBundle } from '../attested.ts';
import { namesRegistryKey, registryKey, requirePackage } from '../npm-registry.ts';
import { conclude } from '../outcome.ts';
import { contains, severalLines, startsWithJson } from '../shape.ts';
import { readBundle } from '../sigstore/parse.ts';
import type { Scheme } from '../types.ts';

/** One Sigstore bundle, v0.1 to v0.3: `cosign sign-blob --bundle`, `cosign attest-blob`, sigstore-python, npm … */
export const sigstoreBundle: Scheme = {
  name: 'sigstore-bundle',
  title: 'Sigstore bundle (signature or attestation, certificate, log entry)',
  recognise: ({ bytes }) =>
    startsWithJson(bytes) &&
    contains(bytes, 'application/vnd.dev.sigstore.bundle') &&
    !contains(bytes, '"attestations"') &&
    !severalLines(bytes),
  verify: (input) =>
    conclude('sigstore-bundle', input.artefact, async () => {
      const bundle = readBundle(input.proof.bytes);
      if (!namesRegistryKey(bundle, input.trust)) return verifyBundle(bundle, input);
      // npm's publish attestation, saved on its own: the registry's key, not one of the person's.
      const found = await verifyBundle(bundle, input, (hint) => registryKey(input.trust, hint));
      return requirePackage(found, input.expected);
    }),
};
