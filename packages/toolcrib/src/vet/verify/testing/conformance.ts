/**
 * Runs the verification cases of the public Sigstore conformance suite (repository sigstore/sigstore-conformance)
 * against this verifier, each with the artefact and with its digest alone.
 *
 *   node --conditions=toolcrib-source packages/toolcrib/src/vet/verify/testing/conformance.ts CHECKOUT
 *
 * CHECKOUT is a checkout of that repository; nothing of it is part of this project. Prints one line for each
 * disagreement, then the counts; exits 1 where a case that must fail passes.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { artefactOfBytes, artefactOfDigest } from '../artefact.ts';
import { sigstoreBundle } from '../schemes/sigstore-bundle.ts';
import { readSigstoreRoot, vendoredRoot } from '../trust/root.ts';
import type { ExpectedSigner } from '../types.ts';

const IDENTITY =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const ISSUER = 'https://token.actions.githubusercontent.com';

const checkout = process.argv[2];
if (checkout === undefined) {
  process.stderr.write('usage: conformance.ts CHECKOUT\n');
  process.exit(2);
}
const folder = join(checkout, 'test/assets/bundle-verify');
const counts = { agreed: 0, disagreed: 0, dangerous: 0 };

for (const name of readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)) {
  const dir = join(folder, name);
  const text = (file: string, otherwise: string) =>
    existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8').trim() : otherwise;
  const bytes = readFileSync(
    existsSync(join(dir, 'artifact')) ? join(dir, 'artifact') : join(folder, 'a.txt'),
  );
  const key = text('key.pub', '');
  const signer: ExpectedSigner =
    key === ''
      ? { kind: 'certificate', identity: text('identity', IDENTITY), issuer: text('issuer', ISSUER) }
      : { kind: 'public-key', pem: key };
  const root = text('trusted_root.json', '');
  const trust =
    root === '' ? vendoredRoot() : readSigstoreRoot(JSON.parse(root), '2026-08-19T00:00:00Z', name);
  const digest = createHash('sha256').update(bytes).digest('hex');

  for (const artefact of [artefactOfBytes('artifact', bytes), artefactOfDigest(digest)]) {
    const proof = { name: 'bundle.sigstore.json', bytes: readFileSync(join(dir, 'bundle.sigstore.json')) };
    const result = await sigstoreBundle.verify({
      artefact,
      proof,
      expected: { signers: [signer] },
      trust,
      now: new Date(),
    });
    const mustFail = name.endsWith('_fail');
    const agrees = mustFail ? result.verdict !== 'pass' : result.verdict === 'pass';
    counts[agrees ? 'agreed' : 'disagreed']++;
    if (mustFail && !agrees) counts.dangerous++;
    if (!agrees || process.argv.includes('--all')) {
      process.stdout.write(
        `${agrees ? 'agrees   ' : 'DISAGREES'} ${name} (${artefact.name}): ${result.verdict}, ${result.code}: ${result.reason}\n`,
      );
    }
  }
}
process.stdout.write(
  `${counts.agreed} agree, ${counts.disagreed} disagree (${counts.dangerous} passed that must not)\n`,
);
process.exit(counts.dangerous > 0 ? 1 : 0);
