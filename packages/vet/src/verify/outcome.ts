import type { Artefact } from './artefact.ts';
import { messageOf, Stop } from './stop.ts';
import type { SchemeName, Verification } from './verification.ts';
import { VERDICT_OF } from './verification.ts';

/**
 * Runs one scheme to its end. Whatever it throws is an outcome, never a crash and never a pass: a `Stop` keeps its
 * reason; anything else was not foreseen by us, so nothing was decided. The artefact is looked at once more at the
 * end: a file that changed while it was read is not the file that was verified.
 */
export async function conclude(
  scheme: SchemeName,
  artefact: Artefact,
  run: () => Promise<Omit<Verification, 'scheme' | 'verdict' | 'artefact'>>,
): Promise<Verification> {
  const about = () => ({ name: artefact.name, size: artefact.size, digests: artefact.knownDigests() });
  const named = () => artefact.digests(['sha256']).catch(() => undefined);
  try {
    const found = await run();
    await named();
    const changed = await artefact.changed();
    if (changed)
      throw new Stop('changed-while-read', `${artefact.name} changed while it was read: ${changed}`);
    // The verdict comes last: nothing that a scheme puts in can stand in its place.
    return { ...found, scheme, artefact: about(), verdict: VERDICT_OF[found.code] };
  } catch (error) {
    const stop =
      error instanceof Stop ? error : new Stop('not-understood', `could not be read: ${messageOf(error)}`);
    const verdict = VERDICT_OF[stop.code];
    await named();
    return {
      scheme,
      notes: [],
      ...stop.extra,
      verdict,
      code: stop.code,
      reason: stop.message,
      artefact: about(),
    };
  }
}
