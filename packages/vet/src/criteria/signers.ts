import { z } from 'zod';
import type { FactValue } from '../facts/index.ts';
import { parsePurl } from '../verify/provenance.ts';
import { anchored } from '../verify/sigstore/identity.ts';
import { Stop } from '../verify/stop.ts';
import { tagNames } from '../verify/tag.ts';

export type SignerName = Pick<NonNullable<FactValue<'release.signature'>['signer']>, 'id' | 'issuer'>;

/** Who may sign. A workflow's identity holds the tag it ran on, so that for it there is a pattern. */
export const signerPin = z
  .strictObject({
    /** Certificate identity, exact; or a key's fingerprint as `vet verify` prints it. */
    id: z.string().min(1).optional(),
    /** Certificate identity as a regular expression over the whole of it, from ^ to $. */
    pattern: z.string().optional(),
    /** For certificates: who must have vouched for the identity. */
    issuer: z.string().optional(),
  })
  .superRefine(({ id, pattern, issuer }, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if ((id === undefined) === (pattern === undefined)) fault('give id or pattern, and one of them only');
    if (pattern === undefined) return;
    if (issuer === undefined) fault('a pattern needs its issuer: anybody can have a name somewhere');
    try {
      anchored(pattern);
    } catch (error) {
      fault(error instanceof Stop ? error.message : String(error));
    }
  });
export type SignerPin = z.infer<typeof signerPin>;

/** A certificate only together with its issuer: an identity alone is anybody's name somewhere. */
export function isPinned(signer: SignerName, pins: readonly SignerPin[]): boolean {
  const matches = ({ id, pattern }: SignerPin) =>
    pattern === undefined
      ? id === signer.id
      : signer.issuer !== null && signer.id.length <= 2048 && anchored(pattern).test(signer.id);
  return pins.some((pin) => (signer.issuer === null || pin.issuer === signer.issuer) && matches(pin));
}

/** A version of a tool, and one who signed it. */
export interface SignedVersion {
  purl: string;
  version: string | null | undefined;
  signer: SignerName;
}

/**
 * Whether two versions were signed by the same. A workflow that runs on a tag has the tag in its identity: it is the
 * same workflow where each tag is that of its own version.
 */
export function sameSigner(now: SignedVersion, before: SignedVersion): boolean {
  if (now.signer.issuer !== before.signer.issuer) return false;
  if (now.signer.id === before.signer.id) return true;
  if (now.signer.issuer === null) return false;
  const [a, b] = [workflowOnTag(now), workflowOnTag(before)];
  if (a === undefined || b === undefined || a.workflow !== b.workflow) return false;
  // Another name before the version may be another tool of the same repository, unless it stood there before.
  return (a.names === 'yes' && b.names === 'yes') || a.prefix === b.prefix;
}

function workflowOnTag({ purl, version, signer }: SignedVersion) {
  const [, workflow, tag = ''] = /^(https:\/\/.+)@refs\/tags\/(.+)$/.exec(signer.id) ?? [];
  if (!version || workflow === undefined) return undefined;
  const read = parsePurl(`${purl}@${encodeURIComponent(version)}`);
  if (read === undefined) return undefined;
  const names = tagNames(tag, read);
  if (names === 'no') return undefined;
  const bare = version.replace(/^v(?=\d)/, '');
  return { workflow, names, prefix: tag.slice(0, -bare.length) };
}
