import { asArray, asObject, parseJson } from '../json.ts';
import { isByExpected, isPublish, ONLY_REGISTRY, registryKey, requirePackage } from '../npm-registry.ts';
import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { outcomes, worst } from '../several.ts';
import { contains, startsWithJson } from '../shape.ts';
import { bundleOf } from '../sigstore/parse.ts';
import { Stop } from '../stop.ts';

/**
 * What the npm registry answers at `/-/npm/v1/attestations/NAME@VERSION`: the registry's own publish attestation
 * (signed with its key) and the builder's provenance. Every one of them must hold, for this name, version and tarball.
 */
export const npmAttestations: Scheme = {
  name: 'npm-attestations',
  title: "npm's publish attestation and provenance (the registry's attestations answer)",
  recognise: ({ bytes }) =>
    startsWithJson(bytes) && contains(bytes, '"attestations"') && contains(bytes, '"predicateType"'),
  verify: (input) =>
    conclude('npm-attestations', input.artefact, async () => {
      const answer = asArray(asObject(parseJson(input.proof.bytes, 'the attestations'))?.attestations);
      if (answer === undefined) throw new Stop('not-understood', 'there is no list of attestations');
      const bundles = answer.map((one) => () => bundleOf(asObject(one)?.bundle));
      const { sourceRepository, sourceRef, builder, ...ofPackage } = input.expected;
      const found = await outcomes(
        bundles,
        input,
        (hint) => registryKey(input.trust, hint),
        // The registry knows what was published, and not what it was built from: that is for the provenance to say.
        (bundle) => (isPublish(bundle, input.trust) ? ofPackage : input.expected),
      );
      const judged = found.map((one) => requirePackage(one, input.expected));

      const first = worst(judged);
      if (first === undefined) throw new Stop('nothing-to-verify', 'there is no attestation');
      if (first.code === 'verified' && !judged.some((one) => isByExpected(one, input.expected)))
        throw new Stop('nothing-to-verify', ONLY_REGISTRY);
      const provenance = judged.find(({ statement }) => statement?.provenance);
      const asked = [sourceRepository, sourceRef, builder].some((one) => one !== undefined);
      if (first.code === 'verified' && asked && provenance === undefined)
        throw new Stop('provenance-undecided', 'it holds no provenance that says what it was built from');
      const chosen = first.code === 'verified' ? (provenance ?? first) : first;
      const all = judged.map(
        ({ statement, code }) => `${statement?.predicateType ?? 'attestation'}: ${code}`,
      );
      return { ...chosen, notes: [...chosen.notes, ...all] };
    }),
};
