/**
 * Base64 in the one form that its bytes have (RFC 4648, 3.5): padded, with no spare bits set. OpenSSH and minisign
 * refuse the others as well; otherwise one signature could be written in several ways, and files that differ would
 * both be "what was signed".
 * @returns undefined where it is none
 */
export function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
