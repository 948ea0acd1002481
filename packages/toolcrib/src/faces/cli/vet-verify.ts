import type { Command } from 'commander';
import { explained } from './help.ts';
import { call } from './setup.ts';
import type { Output } from './terminal.ts';
import { EXIT, outputOption, show } from './vet-data.ts';
import { signatureAsked, type VerifyOptions } from './vet-verify-input.ts';

// The verifier and its cryptography are loaded when they are used: they would cost every other command its start.

/** `toolcrib vet verify` */
export function registerVetVerify(vet: Command): void {
  // Otherwise vet's own --git and -o would take those that stand after "verify".
  vet.enablePositionalOptions();
  explained(vet.command('verify'), {
    examples: [
      [
        "toolcrib vet verify k9s.tgz --bundle k9s.sigstore.json \\\n    --identity-pattern '^https://github\\.com/derailed/k9s/.*$' \\\n    --issuer https://token.actions.githubusercontent.com",
        'a keyless Sigstore signature, and who must have made it',
      ],
      ['toolcrib vet verify k9s.tgz --signature k9s.tgz.minisig --key minisign.pub', 'minisign'],
      ['toolcrib vet verify --git ./k9s --tag v0.51.0 --keyring derailed.gpg', 'a signed tag'],
    ],
    exits: {
      0: 'verified',
      1: 'failed',
      2: 'wrong usage or bad input',
      3: 'could not tell',
    },
  })
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
    .addOption(outputOption())
    .action(
      async (
        name: string | undefined,
        options: VerifyOptions & { output: Output; integrityOnly?: boolean },
      ) => {
        const [{ verify }, { verificationText }] = await Promise.all([
          import('../../operations/verify.ts'),
          import('@toolcrib/vet/verify/report'),
        ]);
        const found = await call(verify, signatureAsked(name, options));
        show(found, options.output, () => verificationText(found));
        const enough = options.integrityOnly === true && found.code === 'integrity-only';
        process.exitCode = enough ? 0 : EXIT[found.verdict];
      },
    );
}
