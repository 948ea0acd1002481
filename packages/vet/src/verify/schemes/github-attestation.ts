import { asArray, asObject, PROOF_JSON, parseJson } from '../json.ts';
import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { MOST_BUNDLES, outcomes, worst } from '../several.ts';
import { contains, severalLines, startsWithJson } from '../shape.ts';
import { bundleOf } from '../sigstore/parse.ts';
import { Stop } from '../stop.ts';

/**
 * GitHub artifact attestations: the JSON Lines of `gh attestation download`, one bundle a line, or the API's
 * `{"attestations": [{"bundle": …}]}`. One that verifies is enough: anybody with write access may add others.
 * GitHub signs for private repositories with an authority of its own, which is unknown unless its root is given.
 */
export const githubAttestation: Scheme = {
  name: 'github-attestation',
  title: 'GitHub artifact attestations (JSON Lines or API answer)',
  recognise: ({ bytes }) =>
    startsWithJson(bytes) &&
    contains(bytes, 'application/vnd.dev.sigstore.bundle') &&
    (severalLines(bytes) || (contains(bytes, '"attestations"') && !contains(bytes, '"predicateType"'))),
  verify: (input) =>
    conclude('github-attestation', input.artefact, async () => {
      const bundles = bundlesIn(input.proof.bytes).map((json) => () => bundleOf(json()));
      const found = await outcomes(bundles, input);
      // Asked for a version, provenance that names another is not outweighed by an attestation that names none.
      const good = found.filter(({ code }) => code === 'verified');
      const mismatch = found.find(({ code }) => code === 'provenance-mismatch');
      const passed = good.find(({ statement }) => statement?.provenance) ?? (mismatch ? undefined : good[0]);
      const chosen = passed ?? mismatch ?? worst(found);
      if (chosen === undefined) throw new Stop('nothing-to-verify', 'there is no attestation');
      const others = found.filter((one) => one !== chosen).map(({ code }) => code);
      const note = others.length > 0 ? [`${others.length} more in the file: ${others.join(', ')}`] : [];
      return { ...chosen, notes: [...chosen.notes, ...note] };
    }),
};

function bundlesIn(bytes: Uint8Array): (() => unknown)[] {
  if (!severalLines(bytes)) {
    const attestations = asArray(asObject(parseJson(bytes, 'the attestations'))?.attestations);
    if (attestations === undefined) throw new Stop('not-understood', 'there is no list of attestations');
    return attestations.map((one) => () => asObject(one)?.bundle);
  }
  if (bytes.length > PROOF_JSON.bytes) throw new Stop('limit', 'the attestations are over 16 MiB');
  const lines = Buffer.from(bytes)
    .toString('utf8')
    .split('\n', MOST_BUNDLES + 2)
    .filter((line) => line.trim() !== '');
  return lines.map((line) => () => parseJson(Buffer.from(line), 'the attestation'));
}
