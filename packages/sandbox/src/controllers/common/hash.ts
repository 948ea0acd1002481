/** The alphabet of generated names: no vowels and no look-alikes (apimachinery pkg/util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1 of the text's UTF-8 bytes, 32 bits. */
export function fnv32(text: string): number {
  let hash = OFFSET;
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, PRIME) ^ byte) >>> 0;
  return hash;
}

/** FNV-1a of the text's UTF-8 bytes, 32 bits. */
export function fnv32a(text: string): number {
  let hash = OFFSET;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, PRIME) >>> 0;
  return hash;
}

/** A number as it stands in names: each decimal digit's character code picks a letter. */
export function safeEncode(value: number): string {
  return [...String(value)].map((char) => ALPHABET[char.charCodeAt(0) % ALPHABET.length]).join('');
}
