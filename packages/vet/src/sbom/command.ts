import { basename } from 'node:path';
import { combineVerdicts, ToolcribError, type Verdict } from '@toolcrib/model';
import { seenWhole } from '../archive/entry.ts';
import { lookInside } from '../archive/look.ts';
import { openArtefact } from '../verify/artefact.ts';
import { diffSboms } from './diff.ts';
import { matchArtefact, missingElements } from './judge.ts';
import type { SbomDiff, SbomMatch, SbomReport } from './outcome.ts';
import { cycloneDxSchema, readSbom, readSbomBytes, readSbomFile } from './read.ts';
import { vulnerabilitiesOf } from './vulnerabilities.ts';

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
function judgeVulnerabilities({ found, unasked }: NonNullable<SbomReport['vulnerabilities']>): Verdict {
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

/** @throws {ToolcribError} */
export async function runSbomDiff(before: string, after: string): Promise<SbomDiff> {
  return diffSboms(await readSbomFile(before), await readSbomFile(after));
}
