import { basename, isAbsolute, relative } from 'node:path';
import type { Verdict } from '@toolcrib/model';
import { criterionById } from '../criteria/index.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { visible } from './escape.ts';
import { basisOf, nameOf } from './model.ts';

const KIND: Record<Verdict, 'pass' | 'fail' | 'open'> = { pass: 'pass', fail: 'fail', unknown: 'open' };

/**
 * SARIF 2.1.0: one run, one rule a criterion, one result a judgement. An unknown is `open`: SARIF's word for too little
 * information to decide. One that only informs is a `note`. Each result stands at the policy, where the demand is made,
 * as GitHub takes none without a file.
 */
export function sarifReport(packs: readonly EvidencePack[], policyPath: string): string {
  const uri = uriOf(policyPath);
  const ids = [...new Set(packs.flatMap((pack) => pack.results.map(({ criterion }) => criterion)))];
  const rules = ids.map((id) => {
    const criterion = criterionById(id);
    return {
      id,
      name: id,
      shortDescription: { text: criterion?.title ?? id },
      fullDescription: { text: criterion?.definition ?? 'A rule of the policy.' },
      ...(criterion === undefined || !criterion.source.url.startsWith('https://')
        ? {}
        : { helpUri: criterion.source.url }),
    };
  });
  const results = packs.flatMap((pack) =>
    pack.results.map(({ criterion, verdict, reason, required, waived, numbers }) => ({
      ruleId: criterion,
      ruleIndex: ids.indexOf(criterion),
      kind: KIND[verdict],
      // The standard: a level other than none goes with `fail` only.
      level: verdict === 'fail' ? (required ? 'error' : 'note') : 'none',
      message: { text: message(`${nameOf(pack)}: ${reason}`) },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri },
            region: { startLine: 1 },
          },
          logicalLocations: [{ fullyQualifiedName: visible(pack.subject.purl), kind: 'module' }],
        },
      ],
      partialFingerprints: {
        'toolcrib/v1': visible(`${pack.subject.purl}@${pack.subject.version ?? ''}#${criterion}`),
      },
      properties: { required, numbers },
      ...(waived === undefined
        ? {}
        : {
            suppressions: [
              {
                kind: 'external',
                status: 'accepted',
                justification: visible(`${waived.reason} (${waived.approvedBy}, until ${waived.expires})`),
              },
            ],
          }),
    })),
  );
  const run = {
    tool: { driver: { name: 'toolcrib vet', rules } },
    results,
    properties: { basis: packs.map((pack) => visible([nameOf(pack), ...basisOf(pack)].join(', '))) },
    columnKind: 'utf16CodeUnits',
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** SARIF's plain text still knows links, `[text](target)`, and placeholders, `{0}` (2.1.0, 3.11.5 and 3.11.6). */
function message(text: string): string {
  return visible(text)
    .replace(/[\\[\]]/g, '\\$&')
    .replace(/[{}]/g, '$&$&');
}

/** Relative to where it runs, as a place on somebody's disk is no file of the repository. */
function uriOf(path: string): string {
  const here = isAbsolute(path) ? relative(process.cwd(), path) : path;
  const inside = isAbsolute(here) || here.startsWith('..') ? basename(path) : here;
  return encodeURI(inside.replaceAll('\\', '/'));
}
