import { stringify } from 'yaml';
import { packText } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';

/** One pack as its own canonical bytes, so that `-o json > tool.pack.json` is a pack; several as a list. */
export function jsonReport(packs: readonly EvidencePack[]): string {
  const [only] = packs;
  return packs.length === 1 && only !== undefined ? packText(only) : `${JSON.stringify(packs)}\n`;
}

export function yamlReport(packs: readonly EvidencePack[]): string {
  return stringify(packs.length === 1 ? packs[0] : packs, { aliasDuplicateObjects: false });
}
