import { ToolcribError } from '@toolcrib/model';
import type { FactValue } from '../../facts/index.ts';
import type { SourceContext } from '../source.ts';
import { isAddress, shownAddress } from './address.ts';
import { declaredFor } from './declared.ts';
import { fetchRegistry } from './fetch.ts';
import { type AquaPackage, readRegistry } from './registry.ts';

const read = new WeakMap<SourceContext, Map<string, Promise<AquaPackage[]>>>();

/**
 * What the registry at a place declares of one version, as a fact. A registry that cannot be fetched is a gap, since no
 * verdict needs it; a file that was named and cannot be read is the person's to mend.
 * @throws {ToolcribError} `not-found`, `bad-file`, `limit`, for a file or folder; `usage` for what is no address
 */
export async function declaredFact(
  place: string,
  subject: { purl: string; version: string },
  context: SourceContext,
): Promise<{ value: FactValue<'release.declared'>; location: string } | { gap: string }> {
  const known = read.get(context) ?? new Map<string, Promise<AquaPackage[]>>();
  read.set(context, known);
  const fetched = isAddress(place);
  if (fetched && context.offline) return { gap: 'the registry of declarations was not asked (--offline)' };
  const asked = known.get(place) ?? (fetched ? fetchRegistry(place, context) : readRegistry(place));
  known.set(place, asked);
  try {
    const declared = declaredFor(await asked, subject.purl, subject.version);
    const methods = (declared?.methods ?? []).map(({ scheme, over, files }) => ({ scheme, over, files }));
    const undecided =
      declared === undefined ? 'the registry does not know this tool' : (declared.undecided ?? null);
    return { value: { methods, undecided }, location: fetched ? shownAddress(place) : place };
  } catch (error) {
    if (fetched && error instanceof ToolcribError && error.code !== 'usage') return { gap: error.message };
    throw error;
  }
}
