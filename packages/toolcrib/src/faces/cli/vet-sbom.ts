import { ToolcribError } from '@toolcrib/model/errors';
import type { Command } from 'commander';
import { explained } from './help.ts';
import { call } from './setup.ts';
import type { Output } from './terminal.ts';
import { EXIT, outputOption, show } from './vet-data.ts';

/** `toolcrib vet sbom`, `toolcrib vet sbom-diff` */
export function registerVetSbom(vet: Command): void {
  explained(vet.command('sbom'), {
    examples: [
      ['toolcrib vet sbom k9s.cdx.json', 'against the minimum elements'],
      [
        'toolcrib vet sbom k9s.cdx.json --artefact k9s --osv osv/',
        'and the artefact, and known vulnerabilities',
      ],
    ],
  })
    .argument('<file>', 'CycloneDX (JSON, XML) or SPDX 2 (JSON, tag-value)')
    .description(
      "Hold an SBOM against NTIA's minimum elements, the artefact it describes, and known vulnerabilities.",
    )
    .option('--artefact <file>', 'the bytes it should describe')
    .option('--purl <purl>', 'the package and version it should describe')
    .option('--osv <path>', 'OSV data: a file, a folder or an export')
    .addOption(outputOption())
    .action(
      async (file: string, options: { artefact?: string; purl?: string; osv?: string; output: Output }) => {
        const [{ sbom }, { sbomText }] = await Promise.all([
          import('../../operations/sbom.ts'),
          import('@toolcrib/vet/sbom/text'),
        ]);
        const { artefact, purl, osv } = options;
        const report = await call(sbom, { file, artefact, purl, osv });
        show(report, options.output, () => sbomText(report));
        process.exitCode = EXIT[report.verdict];
      },
    );
  explained(vet.command('sbom-diff'), {
    notes: [
      'Each line begins with a sign: + added, - removed, ~ version, ! other bytes of the same version, @ origin, § licence.',
    ],
    examples: [['toolcrib vet sbom-diff k9s-0.50.9.cdx.json k9s-0.51.0.cdx.json', 'what an update brings']],
  })
    .argument('<before>', 'the SBOM of the version before')
    .argument('<after>', 'that of the one after')
    .description('What changed between the SBOMs of two versions.')
    .addOption(outputOption())
    .action((before: string, after: string, { output }: { output: Output }) =>
      printSbomDiff([before, after], output),
    );
}

/** @throws {ToolcribError} `usage` unless there are two files */
export async function printSbomDiff(files: readonly string[], output: Output = 'text'): Promise<void> {
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length > 2) {
    throw new ToolcribError('usage', 'name two SBOMs: of the version before and of the one after');
  }
  const [{ sbomDiff }, { sbomDiffText }] = await Promise.all([
    import('../../operations/sbom-diff.ts'),
    import('@toolcrib/vet/sbom/text'),
  ]);
  const diff = await call(sbomDiff, { before, after });
  show(diff, output, () => sbomDiffText(diff));
}
