import { verifyBundle } from '../attested.ts';
import {
  isByExpected,
  namesRegistryKey,
  ONLY_REGISTRY,
  registryKey,
  requirePackage,
} from '../npm-registry.ts';
import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { contains, severalLines, startsWithJson } from '../shape.ts';
import { readBundle } from '../sigstore/parse.ts';
import { Stop } from '../stop.ts';

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
      const judged = requirePackage(found, input.expected);
      if (judged.code === 'verified' && !isByExpected(judged, input.expected))
        throw new Stop('nothing-to-verify', ONLY_REGISTRY);
      return judged;
    }),
};
