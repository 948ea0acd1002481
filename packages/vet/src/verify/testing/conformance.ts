/**
 * Runs the verification cases of the public Sigstore conformance suite (repository sigstore/sigstore-conformance)
 * against this verifier, each with the artefact and with its digest alone.
 *
 *   npm run node -- packages/toolcrib/src/vet/verify/testing/conformance.ts CHECKOUT
 *
 * CHECKOUT is a clone of that repository; nothing of it is part of this project. Prints one line for each case that
 * does not agree, writes the results beside this file and the table into docs/verification.md, and exits 1 where a case
 * disagrees that is not known to.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Artefact, artefactOfBytes, artefactOfDigest } from '../artefact.ts';
import type { ExpectedSigner } from '../expected.ts';
import { sigstoreBundle } from '../schemes/sigstore-bundle.ts';
import { readSigstoreRoot, vendoredRoot } from '../trust/root.ts';
import {
  agreement,
  type Conformance,
  DOCUMENT,
  RESULTS,
  surprises,
  table,
  withTable,
} from './conformance-report.ts';

const IDENTITY =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const ISSUER = 'https://token.actions.githubusercontent.com';

const checkout = process.argv[2];
if (checkout === undefined) {
  process.stderr.write('usage: conformance.ts CHECKOUT\n');
  process.exit(2);
}
const git = (...args: string[]) =>
  execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8' }).trim();
if (git('status', '--porcelain', '--', 'test/assets') !== '') {
  process.stderr.write(`${checkout}: the cases are not those of its commit\n`);
  process.exit(2);
}
const [commit = '', committed = ''] = git('log', '-1', '--format=%H %cs').split(' ');
const folder = join(checkout, 'test/assets/bundle-verify');

async function outcomes(name: string): Promise<{ artefact: string; digest: string }> {
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
    root === ''
      ? vendoredRoot()
      : readSigstoreRoot(JSON.parse(root), `${committed}T00:00:00Z`, "the case's own root");
  const proof = { name: 'bundle.sigstore.json', bytes: readFileSync(join(dir, 'bundle.sigstore.json')) };
  const outcome = async (artefact: Artefact) => {
    const expected = { signers: [signer] };
    const found = await sigstoreBundle.verify({ artefact, proof, expected, trust, now: new Date() });
    const short = `${found.verdict} ${found.code}`;
    return agreement(name, short) === 'agrees' ? short : `${short}: ${found.reason}`;
  };
  return {
    artefact: await outcome(artefactOfBytes('artifact', bytes)),
    digest: await outcome(artefactOfDigest(createHash('sha256').update(bytes).digest('hex'))),
  };
}

const cases: Conformance['cases'] = {};
const names = readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? [one.name] : [],
);
for (const name of names.sort()) {
  cases[name] = await outcomes(name);
  for (const [given, outcome] of Object.entries(cases[name])) {
    const how = agreement(name, outcome);
    if (how !== 'agrees') process.stdout.write(`${how.padEnd(9)} ${name} (${given}): ${outcome}\n`);
  }
}
const results: Conformance = {
  repository: 'sigstore/sigstore-conformance',
  commit,
  committed,
  ran: new Date().toISOString().slice(0, 10),
  cases,
};
writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
writeFileSync(DOCUMENT, withTable(readFileSync(DOCUMENT, 'utf8'), table(results)));
const surprising = surprises(results);
process.stdout.write(
  `${names.length} cases; ${surprising.length} that should not be as they are: ${surprising.join(', ') || 'none'}\n`,
);
process.exit(surprising.length > 0 ? 1 : 0);
