import {
  dataText,
  htmlReport,
  jsonReport,
  markdownChecklist,
  markdownReport,
  type PassedOver,
  type Publishable,
  sarifReport,
  terminalChanges,
  terminalChecklist,
  terminalReport,
  terminalVerification,
  type VerifiedPacks,
  type Vetted,
  yamlReport,
} from '@toolcrib/vet';
import type { Criteria } from '@toolcrib/vet/ask/outcome';
import type { VetOptions } from './vet-input.ts';

export interface Terminal {
  /** Columns. */
  width: number;
  color: boolean;
}

type Asked = Pick<VetOptions, 'output' | 'commands'>;

/** What came of vetting tools: their evidence, or what changed since an older pack. */
export function vettedText({ packs, since, verdict }: Vetted, asked: Asked, terminal: Terminal): string {
  const { output, commands } = asked;
  if (since !== undefined)
    return output === 'json' || output === 'yaml'
      ? dataText(output, { since: since.assessedAt, verdict, changes: since.changes })
      : terminalChanges(packs[0]?.subject.name ?? '', since.assessedAt, since.changes, terminal);
  switch (output) {
    case 'json':
      return jsonReport(packs);
    case 'yaml':
      return yamlReport(packs);
    case 'html':
      return htmlReport(packs);
    case 'markdown':
      return markdownReport(packs);
    case 'sarif':
      return sarifReport(packs, packs[0]?.policy.source?.path ?? 'policies/trust.yaml');
    case 'table':
      return terminalReport(packs, { ...terminal, commands });
  }
}

/** What a tool of one's own lacks. */
export function checklistText(
  { name, items, policy }: Publishable,
  { output }: Asked,
  terminal: Terminal,
): string {
  if (output === 'json' || output === 'yaml') return dataText(output, items);
  return output === 'markdown'
    ? markdownChecklist(name, items, policy)
    : terminalChecklist(name, items, terminal, policy);
}

/** What of packs holds, and what the reader's own policy says of them. */
export function verifiedText({ packs }: VerifiedPacks, { output }: Asked, terminal: Terminal): string {
  if (output !== 'json' && output !== 'yaml')
    return packs.map((one) => terminalVerification(one.path, one, terminal)).join('');
  const reports = packs.map(({ path, pack, ...rest }) => ({
    path,
    assessedAt: pack.assessedAt,
    verdict: pack.verdict,
    ...rest,
  }));
  return dataText(output, reports);
}

/** Every criterion with its definition, its threshold and where that is from. */
export function criteriaText(criteria: Criteria): string {
  const blocks = criteria.map(({ id, title, definition, source, threshold }) =>
    [
      `${id}: ${title}`,
      `  ${definition}`,
      `  threshold ${JSON.stringify(threshold)}`,
      `  ${source.title}`,
      `  ${source.url}`,
    ].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}

/** Which policy was not taken, and how it would be. */
export function passedOverText({ file, of, instead }: PassedOver): string {
  return `${file} of this folder belongs to ${of}, which is looked at: judged by ${instead} instead (--policy ${file} takes it all the same)`;
}
