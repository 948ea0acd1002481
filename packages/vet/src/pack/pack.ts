import { createHash } from 'node:crypto';
import { ToolcribError } from '@toolcrib/model';
import canonicalize from 'canonicalize';
import type { Fact } from '../facts/fact.ts';
import { parseJson } from '../given/json.ts';
import { type EvidencePack, packSchema } from './schema.ts';

export type UnsealedPack = Omit<EvidencePack, 'sha256' | 'evidence'> & { evidence: readonly Fact[] };

/** Adds the hash over the canonical JSON (RFC 8785) of everything else. */
export function sealPack(pack: UnsealedPack): EvidencePack {
  // Through JSON once, so that what was `undefined` is absent before it is hashed.
  const plain = JSON.parse(JSON.stringify(pack)) as Omit<EvidencePack, 'sha256'>;
  return { ...plain, sha256: hashOf(plain) };
}

/** The bytes of a pack's file: canonical, one line, and a newline. */
export function packText(pack: EvidencePack): string {
  return `${canonicalize(pack)}\n`;
}

function hashOf(pack: Omit<EvidencePack, 'sha256'>): string {
  return createHash('sha256')
    .update(`${canonicalize(pack)}`)
    .digest('hex');
}

/**
 * Reads a pack and checks its form. A pack that was changed in any member is refused, as nothing in it can be relied on.
 *
 * @throws ToolcribError `bad-file` for another form, `damaged` where the hash does not fit, `limit`
 */
export function readPack(text: string, name: string): EvidencePack {
  const parsed = packSchema.safeParse(parseJson(text, name));
  if (!parsed.success) {
    const faults = parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${name}: ${path.join('.') || '(the file)'}: ${message}`);
    throw new ToolcribError('bad-file', faults.join('\n'), {
      next: 'it is no evidence pack of this version; make it again',
      cause: parsed.error,
    });
  }
  const { sha256, ...rest } = parsed.data;
  if (!hashFits(text, sha256) && hashOf(rest) !== sha256)
    throw new ToolcribError(
      'damaged',
      `${name}: its hash does not fit its content: it was changed after it was made`,
      {
        next: 'get it again from where it was made, or vet the tool anew',
      },
    );
  return parsed.data;
}

/**
 * A pack's file is canonical already, so that its hash is over its own bytes without the hash; making it canonical again
 * takes ten times as long and is left for a file that somebody formatted.
 */
export function hashFits(text: string, sha256: string): boolean {
  const rest = text.replace(`,"sha256":"${sha256}"`, '').trimEnd();
  return createHash('sha256').update(rest).digest('hex') === sha256;
}

/** The facts of a pack that was read: their values were checked against their types while reading. */
export function factsOf(pack: EvidencePack): Fact[] {
  return pack.evidence as unknown as Fact[];
}
