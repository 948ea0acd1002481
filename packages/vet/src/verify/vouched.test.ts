import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildClaims, Provenance, Signer } from './verification.ts';
import { vouchedFor } from './vouched.ts';

const GITHUB = 'https://token.actions.githubusercontent.com';
const SOURCE = 'https://github.com/acme/tool';
const WORKFLOW = `${SOURCE}/.github/workflows/release.yml@refs/tags/v1.2.3`;
const RUNNER = 'https://github.com/actions/runner';

function doubt(issuer: string, builder: string, build: BuildClaims): string | undefined {
  const signer: Signer = { kind: 'certificate', identity: WORKFLOW, issuer, build };
  const provenance = { builder } as Provenance;
  return vouchedFor({ signer, statement: { predicateType: '', subject: '', provenance } });
}

test('provenance counts unpinned where the host of its source vouched for it, and for its builder', () => {
  const hosted = { sourceRepository: SOURCE, runner: 'github-hosted' };
  const gitlab = { sourceRepository: 'https://gitlab.com/acme/tool' };
  const table: [issuer: string, builder: string, build: BuildClaims, doubt: RegExp | undefined][] = [
    [GITHUB, `${RUNNER}/github-hosted`, hosted, undefined],
    [GITHUB, RUNNER, hosted, undefined],
    [GITHUB, WORKFLOW, { ...hosted, buildSigner: WORKFLOW }, undefined],
    [GITHUB, `${SOURCE}/actions/runs/1`, { ...hosted, run: `${SOURCE}/actions/runs/1` }, undefined],
    ['https://gitlab.com', 'https://gitlab.com/acme/tool/-/runners/1', gitlab, undefined],
    // Another's word, another's host, a builder that the certificate does not know.
    ['https://oidc.eve.example', `${RUNNER}/github-hosted`, hosted, /oidc\.eve\.example vouched/],
    ['https://gitlab.com', RUNNER, hosted, /gitlab\.com vouched/],
    [GITHUB, RUNNER, { ...hosted, sourceRepository: 'https://git.eve.example/acme/tool' }, /not known/],
    [GITHUB, RUNNER, { ...hosted, sourceRepository: 'https://github.com.eve.example/x' }, /not known/],
    [GITHUB, RUNNER, { runner: 'github-hosted' }, /not known/],
    [GITHUB, `${RUNNER}/github-hosted`, { ...hosted, runner: 'self-hosted' }, /only the signer says/],
    [GITHUB, RUNNER, { sourceRepository: SOURCE }, /only the signer says/],
    [GITHUB, 'https://eve.example/builder', hosted, /only the signer says/],
    ['https://gitlab.com', 'https://gitlab.com/eve/x/-/runners/1', gitlab, /only the signer says/],
  ];
  for (const [issuer, builder, build, wanted] of table) {
    const found = doubt(issuer, builder, build);
    if (wanted === undefined) assert.equal(found, undefined, builder);
    else assert.match(found ?? 'none', wanted, `${issuer} ${builder}`);
  }
});
