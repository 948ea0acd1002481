import type { Artefact } from './artefact.ts';
import type { ReasonCode, SchemeName, Verification } from './types.ts';
import { VERDICT_OF } from './types.ts';

/** Thrown inside a scheme to end it with a reason; turned into a `Verification` by `conclude`. */
export class Stop extends Error {
  readonly code: Exclude<ReasonCode, 'verified'>;
  readonly extra: Partial<Verification>;

  constructor(code: Exclude<ReasonCode, 'verified'>, reason: string, extra: Partial<Verification> = {}) {
    super(reason);
    this.code = code;
    this.extra = extra;
  }
}

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

/** Text of a foreign error: one line, bounded, without control characters (it may quote hostile input). */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return printable(text).slice(0, 300);
}

/** Makes foreign text safe to print on one line. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
