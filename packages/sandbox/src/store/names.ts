import { randomInt } from 'node:crypto';

// Kubernetes' own alphabet for generated names: no vowels, and nothing that looks like another character.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_NAME = 63;
const SUFFIX = 5;

/** `base` and five random characters, cut to 63 (apiserver pkg/storage/names/generate.go). */
export function generateName(base: string): string {
  let suffix = '';
  for (let i = 0; i < SUFFIX; i++) suffix += ALPHABET[randomInt(ALPHABET.length)];
  return base.slice(0, MAX_NAME - SUFFIX) + suffix;
}
