import { runSbom, runSbomDiff } from '../sbom/command.ts';
import type { SbomDiff, SbomReport } from '../sbom/outcome.ts';
import { checked, type SbomDiffInput, type SbomInput, sbomDiffInput, sbomInput } from './input.ts';

/**
 * Holds an SBOM against NTIA's minimum elements, the artefact it describes, and known vulnerabilities.
 * @throws ToolcribError `usage`, `not-found`, `bad-file`, `limit`
 */
export async function vetSbom(asked: SbomInput): Promise<SbomReport> {
  const { file, ...options } = checked(sbomInput, asked);
  return runSbom(file, options);
}

/** What changed between the SBOMs of two versions. @throws ToolcribError as {@link vetSbom} */
export async function vetSbomDiff(asked: SbomDiffInput): Promise<SbomDiff> {
  const { before, after } = checked(sbomDiffInput, asked);
  return runSbomDiff(before, after);
}
