import { printable } from '../verify/stop.ts';
import type { SbomDiff, SbomReport } from './outcome.ts';

/** For a terminal. */
export function sbomText(report: SbomReport): string {
  const { missing, match, vulnerabilities, licences } = report;
  const elements = missing.map(({ element, count, components }) => {
    const more = count !== undefined && count > components.length ? ', …' : '';
    const names = components.length > 0 ? `: ${components.join(', ')}${more}` : '';
    return `missing      ${element}${count === undefined ? '' : ` (of ${count}${names})`}`;
  });
  const licenceList = Object.entries(licences).sort(([, a], [, b]) => b - a);
  const found = vulnerabilities?.found.map(
    ({ component, id, affects }) =>
      `vulnerable   ${component}: ${id}${affects === 'unknown' ? ' (version could not be compared)' : ''}`,
  );
  const rows = [
    `schema       ${report.schema}`,
    `artefact     ${match.verdict}: ${match.reason}`,
    ...(elements.length > 0 ? elements : ['elements     all of NTIA’s minimum elements']),
    ...licenceList.slice(0, 20).map(([name, count]) => `licence      ${name}: ${count}`),
    ...(vulnerabilities
      ? [
          `OSV          ${vulnerabilities.records} records, ${vulnerabilities.asked} of ${vulnerabilities.total} components (with the subject) looked for`,
          ...vulnerabilities.unasked.map(
            ({ why, count, components }) =>
              `not asked    ${count} (${components.join(', ')}${count > components.length ? ', …' : ''}): ${why}`,
          ),
        ]
      : []),
    ...(found ?? []),
  ];
  const title = `${report.verdict.toUpperCase()}  ${report.file}: ${report.format}, ${report.components} components`;
  return [title, ...rows.map((row) => `  ${row}`)].map(printable).join('\n');
}

/** For a terminal: a line a change. */
export function sbomDiffText({ added, removed, changed, licences, digests, origins }: SbomDiff): string {
  const change = (from: string[], to: string[]) =>
    `${from.join(', ') || '(none)'} → ${to.join(', ') || '(none)'}`;
  const rows = [
    ...added.map((one) => `+ ${one}`),
    ...removed.map((one) => `- ${one}`),
    ...changed.map(({ component, from, to }) => `~ ${component} ${change(from, to)}`),
    ...digests.map(({ component, from, to }) => `! ${component} ${change(from, to)}`),
    ...origins.map(({ component, from, to }) => `@ ${component} ${change(from, to)}`),
    ...licences.map(({ component, from, to }) => `§ ${component} ${change(from, to)}`),
  ];
  return rows.length === 0 ? 'no component changed' : rows.map(printable).join('\n');
}
