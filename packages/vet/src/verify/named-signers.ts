import * as z from 'zod';
import type { ExpectedSigner } from './expected.ts';
import { wanted } from './wanted.ts';

const path = wanted('a file');
const name = wanted('a name');

/** Who must have signed, as a person names him: keys and rings are files. */
export const namedSignerSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('certificate'), identity: name, issuer: name }),
  /** From ^ to $. */
  z.strictObject({ by: z.literal('certificate-pattern'), pattern: name, issuer: name }),
  /** PEM or minisign. */
  z.strictObject({ by: z.literal('key'), key: path }),
  z.strictObject({
    by: z.literal('openpgp'),
    keyring: path,
    fingerprint: wanted('a fingerprint').optional(),
  }),
  z.strictObject({ by: z.literal('ssh'), allowedSigners: path, principal: name }),
]);
export type NamedSigner = z.output<typeof namedSignerSchema>;

/**
 * The same with the files read.
 * @throws {ToolcribError} what reading them throws
 */
export async function readSigner(
  signer: NamedSigner,
  bytesOf: (path: string) => Promise<Buffer>,
): Promise<ExpectedSigner> {
  switch (signer.by) {
    case 'certificate':
      return { kind: 'certificate', identity: signer.identity, issuer: signer.issuer };
    case 'certificate-pattern':
      return { kind: 'certificate-pattern', pattern: signer.pattern, issuer: signer.issuer };
    case 'key': {
      const text = (await bytesOf(signer.key)).toString('latin1');
      return text.includes('-----BEGIN')
        ? { kind: 'public-key', pem: text }
        : { kind: 'minisign', key: text };
    }
    case 'openpgp': {
      const { fingerprint } = signer;
      return {
        kind: 'openpgp',
        keyring: await bytesOf(signer.keyring),
        ...(fingerprint !== undefined && { fingerprint }),
      };
    }
    case 'ssh': {
      const allowedSigners = (await bytesOf(signer.allowedSigners)).toString('utf8');
      return { kind: 'ssh', allowedSigners, principal: signer.principal };
    }
  }
}
