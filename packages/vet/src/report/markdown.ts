import type { Verdict } from '@toolcrib/model';
import type { EvidencePack } from '../pack/schema.ts';
import { markdown, markdownCode, visible } from './escape.ts';
import { basisOf, beforeByHand, byHandOf, nameOf, rowsOf, summary } from './model.ts';

const MARK: Record<Verdict, string> = { pass: '✅ pass', fail: '❌ fail', unknown: '❔ unknown' };

/** For the description of a pull request or a comment. */
export function markdownReport(packs: readonly EvidencePack[]): string {
  const parts = packs.map(one);
  if (packs.length > 1) parts.unshift(sideBySide(packs));
  return parts.join('\n');
}

function one(pack: EvidencePack): string {
  const rows = rowsOf(pack).map(({ title, verdict, reason, required, waived }) => {
    const note = [
      required ? '' : '*informs only*',
      waived === undefined ? '' : `**waived:** ${markdown(waived)}`,
    ]
      .filter(Boolean)
      .join(' ');
    return `| ${MARK[verdict]} | ${markdown(title)} | ${markdown(reason)}${note === '' ? '' : `<br>${note}`} |`;
  });
  const job = pack.policy.job === undefined ? '' : ` for ${markdownCode(pack.policy.job)}`;
  const lines = [
    `### ${MARK[pack.verdict]}: ${markdown(nameOf(pack))}`,
    '',
    `${markdownCode(pack.subject.purl)}, assessed ${pack.assessedAt} against ${markdownCode(pack.policy.profile)}${job}: ${summary(pack)}.`,
    '',
    `${basisOf(pack).map(markdown).join(', ')}`,
    '',
    '| verdict | criterion | found |',
    '| --- | --- | --- |',
    ...rows,
    '',
    ...details(pack),
    `Evidence pack: ${markdownCode(`sha256:${pack.sha256}`)}; check it with ${markdownCode('toolcrib vet --verify PACK')}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function details(pack: EvidencePack): string[] {
  const checks = byHandOf(pack);
  if (checks.length === 0) return [];
  // An indented block: no backticks in a name can end it.
  const first = beforeByHand(pack);
  const lines = checks.flatMap(({ criterion, figure, printed, command }) => [
    `# ${criterion} ${figure} = ${printed}`,
    command,
  ]);
  if (first !== undefined) lines.unshift('# first', first);
  return [
    '<details><summary>The same figures by hand</summary>',
    '',
    ...lines.map((line) => `    ${visible(line)}`),
    '',
    '</details>',
    '',
  ];
}

const cell = (verdict: Verdict | undefined) => (verdict === undefined ? '–' : MARK[verdict]);

function sideBySide(packs: readonly EvidencePack[]): string {
  const ids = [...new Set(packs.flatMap((pack) => pack.results.map(({ criterion }) => criterion)))];
  const row = (label: string, of: (pack: EvidencePack) => Verdict | undefined) =>
    `| ${label} | ${packs.map((pack) => cell(of(pack))).join(' | ')} |`;
  const lines = [
    `| | ${packs.map((pack) => markdown(nameOf(pack))).join(' | ')} |`,
    `| --- |${' --- |'.repeat(packs.length)}`,
    ...ids.map((id) =>
      row(markdown(id), (pack) => pack.results.find(({ criterion }) => criterion === id)?.verdict),
    ),
    row('**verdict**', ({ verdict }) => verdict),
  ];
  return `${lines.join('\n')}\n`;
}
