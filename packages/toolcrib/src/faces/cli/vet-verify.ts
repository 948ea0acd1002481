import { ToolcribError, type Verdict } from '@toolcrib/model';
import type { VerifyOptions } from '@toolcrib/vet/verify/command';
import type { Verification } from '@toolcrib/vet/verify/verification';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';

// The verifier and its cryptography are loaded when they are used: they would cost every other command its start.

type Output = 'text' | 'json' | 'yaml';

const EXIT: Record<Verdict, number> = { pass: 0, fail: 1, unknown: 3 };

/** `toolcrib vet verify` */
export function registerVetVerify(vet: Command): void {
  // Otherwise vet's own --git and -o would take those that stand after "verify".
  vet.enablePositionalOptions();
  vet
    .command('verify')
    .argument('[artefact]', 'the file that would run, or sha256:HEX where only its digest is known')
    .description(
      'Verify who signed an artefact, over its very bytes, against who should have. Needs no network.',
    )
    .option(
      '--bundle <file>',
      "Sigstore bundle, GitHub or npm attestations, npm manifest, cosign's older bundle",
    )
    .option('--signature <file>', 'detached signature: OpenPGP, minisign, ssh, cosign')
    .option('--certificate <file>', "cosign's detached certificate")
    .option(
      '--checksums <file>',
      'checksum file; with --signature or --bundle, that is over the checksum file',
    )
    .option(
      '--identity <name>',
      'who must have signed: certificate identity, or principal of the allowed signers',
    )
    .option('--identity-pattern <regexp>', 'the same as a regular expression, from ^ to $')
    .option('--issuer <url>', 'who must have vouched for the identity')
    .option('--key <file>', 'public key: PEM or minisign')
    .option('--keyring <file>', 'OpenPGP key ring')
    .option('--fingerprint <hex>', 'only this key of the key ring')
    .option('--allowed-signers <file>', 'ssh allowed signers')
    .option(
      '--purl <purl>',
      'which package and version it must be, as far as the proof names them: pkg:github/derailed/k9s@v0.51.0',
    )
    .option(
      '--source-repository <url>',
      'where provenance must have its source from (default: from the purl)',
    )
    .option('--source-ref <ref>', 'the exact ref, besides what --purl asks: refs/tags/v1.2.3')
    .option('--builder <id>', 'the builder that provenance must name')
    .option('--trusted-root <file>', "another Sigstore's trusted_root.json")
    .option('--git <folder>', 'verify a signed tag of this clone, with --tag')
    .option('--tag <name>', 'the tag')
    .option('--integrity-only', 'take an unsigned checksum file as enough; says nothing of who made the file')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json', 'yaml']).default('text'))
    .addHelpText('after', '\nExit: 0 verified, 1 failed, 2 wrong usage, 3 could not tell.')
    .action(
      async (
        name: string | undefined,
        options: VerifyOptions & { output: Output; integrityOnly?: boolean },
      ) => {
        const { runVerify } = await import('@toolcrib/vet/verify/command');
        const found = await runVerify(name, options, { byHand: true });
        process.stdout.write(`${await render(found, options.output)}\n`);
        const enough = options.integrityOnly === true && found.code === 'integrity-only';
        process.exitCode = enough ? 0 : EXIT[found.verdict];
      },
    );
}

/** `toolcrib vet trust show|update` */
export function registerVetTrust(vet: Command): void {
  const trust = vet
    .command('trust')
    .description('The trust root: whom to believe that a signer is who he says.');
  trust
    .command('show')
    .description('Which root is in use, and how old it is.')
    .action(async () => {
      const { currentRoot } = await import('@toolcrib/vet/verify/trust/store');
      const root = await currentRoot();
      const days = Math.floor((Date.now() - Date.parse(root.asOf)) / 86_400_000);
      process.stdout.write(`${root.origin}\nas of ${root.asOf} (${days} days ago)\nsha256 ${root.sha256}\n`);
    });
  trust
    .command('update')
    .description('Renew it over TUF. Needs the network; nothing else in "vet verify" does.')
    .option('--mirror <url>', 'another TUF repository with the same targets')
    .option('--root <file>', 'the first root.json to trust for that repository')
    .action(async ({ mirror, root }: { mirror?: string; root?: string }) => {
      const { keepRoot } = await import('@toolcrib/vet/verify/trust/store');
      const { updateRoot } = await import('@toolcrib/vet/verify/trust/update');
      const stored = await updateRoot({
        now: new Date(),
        ...(mirror && { mirror }),
        ...(root && { rootPath: root }),
      });
      process.stdout.write(`renewed: ${await keepRoot(stored)}, as of ${stored.asOf}\n`);
    });
}

/** `toolcrib vet sbom`, `toolcrib vet sbom-diff` */
export function registerVetSbom(vet: Command): void {
  const output = () => new Option('-o, --output <format>').choices(['text', 'json', 'yaml']).default('text');
  vet
    .command('sbom')
    .argument('<file>', 'CycloneDX (JSON, XML) or SPDX 2 (JSON, tag-value)')
    .description(
      "Hold an SBOM against NTIA's minimum elements, the artefact it describes, and known vulnerabilities.",
    )
    .option('--artefact <file>', 'the bytes it should describe')
    .option('--purl <purl>', 'the package and version it should describe')
    .option('--osv <path>', 'OSV data: a file, a folder or an export')
    .addOption(output())
    .action(
      async (file: string, options: { artefact?: string; purl?: string; osv?: string; output: Output }) => {
        const { runSbom, sbomText } = await import('@toolcrib/vet/sbom/command');
        const report = await runSbom(file, options);
        process.stdout.write(`${plain(report, options.output) ?? sbomText(report)}\n`);
        process.exitCode = EXIT[report.verdict];
      },
    );
  vet
    .command('sbom-diff')
    .argument('<before>')
    .argument('<after>')
    .description(
      'What changed between the SBOMs of two versions: + added, - removed, ~ version, ! other bytes of the same version, @ origin, § licence.',
    )
    .addOption(output())
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
  const { runSbomDiff, sbomDiffText } = await import('@toolcrib/vet/sbom/command');
  const diff = await runSbomDiff(before, after);
  process.stdout.write(`${plain(diff, output) ?? sbomDiffText(diff)}\n`);
}

/** The machine-readable forms; undefined for text. */
function plain(value: unknown, output: Output): string | undefined {
  if (output === 'json') return JSON.stringify(value, null, 2);
  return output === 'yaml' ? stringify(value).trimEnd() : undefined;
}

async function render(found: Verification, output: Output): Promise<string> {
  const { verificationText } = await import('@toolcrib/vet/verify/report');
  return plain(found, output) ?? verificationText(found);
}
