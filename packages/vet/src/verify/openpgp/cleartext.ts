import { readCleartextMessage, type Signature, verify } from 'openpgp';
import type { Expected } from '../expected.ts';
import type { Found } from '../several.ts';
import { messageOf, Stop } from '../stop.ts';
import { boundSignatures, judgeSignatures } from './judge.ts';
import { expectedKeys } from './keys.ts';

const BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----';
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Verifies a cleartext-signed file (Debian's InRelease, a signed SHA256SUMS) and gives back the text that was signed,
 * which alone may be used afterwards.
 * @throws {Stop}
 */
export async function verifyCleartext(
  file: Uint8Array,
  expected: Expected,
  now: Date,
): Promise<{ found: Found; text: string }> {
  if (file.length > MOST_BYTES) throw new Stop('limit', 'the signed text is over 16 MiB');
  const text = decode(file);
  requireNothingElse(text);
  const keys = await expectedKeys(expected, now);
  try {
    const message = await readCleartextMessage({ cleartextMessage: text });
    // Its own type does not show it, but it is a message's one signature list.
    boundSignatures((message as unknown as { signature: Signature }).signature);
    const result = await verify({ message, verificationKeys: keys, date: now });
    const found = await judgeSignatures(result.signatures, keys, 'text', now);
    return { found, text: String(result.data) };
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop('not-understood', `the signed text cannot be read: ${messageOf(error)}`);
  }
}

function decode(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    throw new Stop('not-understood', 'the signed text is not UTF-8');
  }
}

/**
 * The whole file must be the signed message. Parsers skip what stands before and after it, so that a reader sees lines
 * which nobody signed; and unknown armor headers are read by some and not by others.
 */
function requireNothingElse(text: string): void {
  const lines = text.split(/\r?\n/);
  const blank = lines.indexOf('');
  const headers = lines.slice(1, blank);
  const begins = lines.filter((line) => line === BEGIN).length;
  const signatures = lines.filter((line) => line === '-----BEGIN PGP SIGNATURE-----').length;
  const end = lines.indexOf('-----END PGP SIGNATURE-----');
  const rest = lines.slice(end + 1).some((line) => line !== '');
  // Within the text a line that begins with a dash is escaped ("- -…"). One that is not may end the text, or the
  // signature, for a parser that overlooks the blank after it.
  const bare = lines.filter((line) => line.startsWith('-') && !line.startsWith('- ')).length;
  if (lines[0] !== BEGIN || begins !== 1 || signatures !== 1 || end < 0) {
    throw new Stop('not-understood', 'this is no cleartext-signed file');
  }
  if (rest || bare !== 3 || headers.some((header) => !/^Hash: [A-Za-z0-9, -]+$/.test(header))) {
    throw new Stop('signature-invalid', 'the file holds lines outside the signed text');
  }
}
