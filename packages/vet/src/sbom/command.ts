import { basename } from 'node:path';
import { combineVerdicts, ToolcribError, type Verdict } from '@toolcrib/model';
import { seenWhole } from '../archive/entry.ts';
import { lookInside } from '../archive/look.ts';
import { openArtefact } from '../verify/artefact.ts';
import { printable } from '../verify/stop.ts';
import { diffSboms, type SbomDiff } from './diff.ts';
import { type MissingElement, matchArtefact, missingElements, type SbomMatch } from './judge.ts';
import { cycloneDxSchema, readSbom, readSbomBytes, readSbomFile } from './read.ts';
import { type Vulnerabilities, vulnerabilitiesOf } from './vulnerabilities.ts';

export interface SbomReport {
  file: string;
  format: string;
  schema: string;
  components: number;
  missing: MissingElement[];
  match: SbomMatch;
  licences: Record<string, number>;
  vulnerabilities: Vulnerabilities | undefined;
  verdict: Verdict;
}

/**
 * Reads one SBOM and holds it against NTIA's minimum elements, an artefact, and OSV data.
 * @throws {ToolcribError}
 */
export async function runSbom(
  path: string,
  options: { artefact?: string; purl?: string; osv?: string },
): Promise<SbomReport> {
  const bytes = await readSbomBytes(path);
  const sbom = readSbom(bytes, basename(path));
  const missing = missingElements(sbom);
  const artefact = options.artefact === undefined ? undefined : await digestsOf(options.artefact);
  const match: SbomMatch =
    options.artefact === undefined && options.purl === undefined
      ? { verdict: 'unknown', reason: 'no artefact was given to hold it against' }
      : matchArtefact(sbom, artefact?.digests ?? [], options.purl, artefact?.whole);
  const vulnerabilities = options.osv === undefined ? undefined : await vulnerabilitiesOf(sbom, options.osv);
  const schema = await cycloneDxSchema(bytes.toString('utf8'), sbom);

  const licences: Record<string, number> = {};
  for (const { licences: own } of sbom.components) {
    for (const licence of own.length > 0 ? own : ['(none named)'])
      licences[licence] = (licences[licence] ?? 0) + 1;
  }
  const verdict = combineVerdicts([
    missing.length === 0 ? 'pass' : 'fail',
    match.verdict,
    schema.startsWith('invalid') ? 'fail' : 'pass',
    vulnerabilities === undefined ? 'pass' : judgeVulnerabilities(vulnerabilities),
  ]);
  const format = `${sbom.format} ${sbom.specVersion}`;
  return {
    file: basename(path),
    format,
    schema,
    components: sbom.components.length,
    missing,
    match,
    licences,
    vulnerabilities,
    verdict,
  };
}

/** What could not be compared, or not be looked for, is not known to be free of them. */
function judgeVulnerabilities({ found, unasked }: Vulnerabilities): Verdict {
  if (found.some(({ affects }) => affects === 'yes')) return 'fail';
  return found.length > 0 || unasked.length > 0 ? 'unknown' : 'pass';
}

async function digestsOf(path: string): Promise<{ digests: Record<string, string>[]; whole: boolean }> {
  const artefact = await openArtefact(path);
  try {
    const own = await artefact.digests(['sha256', 'sha384', 'sha512']);
    const inside = await lookInside(path).catch((error: unknown) => {
      if (error instanceof ToolcribError) return undefined;
      throw error;
    });
    return {
      digests: [{ ...own }, ...(inside?.executables ?? []).map(({ sha256 }) => ({ sha256 }))],
      whole: inside !== undefined && seenWhole(inside.findings),
    };
  } finally {
    await artefact.close();
  }
}

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

/** @throws {ToolcribError} */
export async function runSbomDiff(before: string, after: string): Promise<SbomDiff> {
  return diffSboms(await readSbomFile(before), await readSbomFile(after));
}

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
