import { stringify } from 'yaml';
import { packText } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';

/** One pack as its own canonical bytes, so that `-o json > tool.pack.json` is a pack; several as a list. */
export function jsonReport(packs: readonly EvidencePack[]): string {
  const [only] = packs;
  return packs.length === 1 && only !== undefined ? packText(only) : `${JSON.stringify(packs)}\n`;
}

/** What is no pack: a list of changes, of verifications, of things to do. */
export function dataText(format: 'json' | 'yaml', data: unknown): string {
  return format === 'json'
    ? `${JSON.stringify(data, null, 2)}\n`
    : stringify(data, { aliasDuplicateObjects: false });
}

export function yamlReport(packs: readonly EvidencePack[]): string {
  return stringify(packs.length === 1 ? packs[0] : packs, { aliasDuplicateObjects: false });
}
