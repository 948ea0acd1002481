import { Document, visit } from 'yaml';
import { packText } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { escapeUnsafe, hasUnsafe } from './escape.ts';

/** One pack as its own canonical bytes, so that `-o json > tool.pack.json` is a pack; several as a list. */
export function jsonReport(packs: readonly EvidencePack[]): string {
  const [only] = packs;
  return packs.length === 1 && only !== undefined
    ? packText(only)
    : `${escapeUnsafe(JSON.stringify(packs), 'json')}\n`;
}

/** What is no pack: a list of changes, of verifications, of things to do. */
export function dataText(format: 'json' | 'yaml', data: unknown): string {
  return format === 'json' ? `${escapeUnsafe(JSON.stringify(data, null, 2), 'json')}\n` : yamlText(data);
}

export function yamlReport(packs: readonly EvidencePack[]): string {
  return yamlText(packs.length === 1 ? packs[0] : packs);
}

/** YAML that a terminal can show: what could act there is escaped, and says the same to whoever parses it. */
export function yamlText(data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && hasUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeUnsafe(document.toString(), 'yaml');
}
