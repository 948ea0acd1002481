import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePackage } from './npm-registry.ts';

const PUBLISH = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';
const SLSA = 'https://slsa.dev/provenance/v1';

test('an attestation is of one package: with or without a version, no other may have been asked for', () => {
  const table: [predicateType: string, purl: string | undefined, code: string][] = [
    [PUBLISH, 'pkg:npm/tool@1.0.0', 'verified'],
    [PUBLISH, 'pkg:npm/tool@1.0.1', 'other-subject'],
    [PUBLISH, 'pkg:npm/tool', 'first-seen'],
    [PUBLISH, 'pkg:npm/other', 'other-subject'],
    [PUBLISH, undefined, 'first-seen'],
    [SLSA, 'pkg:npm/tool', 'verified'],
    [SLSA, 'pkg:npm/other', 'other-subject'],
    [SLSA, 'pkg:npm/other@1.0.0', 'other-subject'],
    [SLSA, undefined, 'verified'],
  ];
  for (const [predicateType, purl, code] of table) {
    const statement = { predicateType, subject: 'pkg:npm/tool@1.0.0' };
    const found = { code: 'verified' as const, reason: '', notes: [], statement };
    const judged = requirePackage(found, { signers: [], ...(purl && { purl }) });
    assert.equal(judged.code, code, `${predicateType} ${purl}`);
  }
});
