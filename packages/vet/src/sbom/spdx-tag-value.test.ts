import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SBOM_LIMITS } from './model.ts';
import { readSpdxTagValue } from './spdx-tag-value.ts';

const read = (...lines: string[]) =>
  readSpdxTagValue(['SPDXVersion: SPDX-2.3', ...lines].join('\n'), 'x.spdx');
const stops = (code: string, message: string, ...lines: string[]) =>
  assert.throws(() => read(...lines), { code, message });

it('a document is its tags, each where it belongs', () => {
  const document = read(
    '# a comment',
    '',
    'SPDXID: SPDXRef-DOCUMENT',
    'Creator: Organization: Acme',
    'Creator:Tool: syft',
    'Created: 2026-01-02T03:04:05Z',
    'PackageName: tool',
    '  SPDXID: SPDXRef-a  ',
    'PackageVersion: 1.0',
    'PackageSupplier: Organization: A',
    'PackageOriginator: Person: B',
    'PackageLicenseConcluded: MIT',
    'PackageLicenseDeclared: ISC',
    'PackageChecksum: SHA256: ab',
    'PackageChecksum: MD5:cd',
    'ExternalRef: PACKAGE-MANAGER purl pkg:npm/tool@1.0',
    'PackageComment: nothing',
    'PackageName: other',
    'Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b',
  );
  assert.deepEqual(document, {
    spdxVersion: 'SPDX-2.3',
    creationInfo: { creators: ['Organization: Acme', 'Tool: syft'], created: '2026-01-02T03:04:05Z' },
    documentDescribes: [],
    packages: [
      {
        SPDXID: 'SPDXRef-a',
        name: 'tool',
        versionInfo: '1.0',
        supplier: 'Organization: A',
        originator: 'Person: B',
        licenseConcluded: 'MIT',
        licenseDeclared: 'ISC',
        checksums: [
          { algorithm: 'SHA256', checksumValue: 'ab' },
          { algorithm: 'MD5', checksumValue: 'cd' },
        ],
        externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/tool@1.0' }],
      },
      { SPDXID: '#19', name: 'other', checksums: [], externalRefs: [] },
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-a', relationshipType: 'DEPENDS_ON', relatedSpdxElement: 'SPDXRef-b' },
    ],
  });
});

it('a file, a snippet and a licence end the package before them', () => {
  for (const tag of ['FileName: x', 'SnippetSPDXID: x', 'LicenseID: x'])
    assert.equal(
      read('PackageName: a', 'SPDXID: one', tag, 'SPDXID: two', 'PackageVersion: 9').packages?.[0]?.SPDXID,
      'one',
      tag,
    );
});

it('a text over several lines is passed over, and what is no tag is an error in its line', () => {
  assert.equal(
    read('PackageComment: <text>', 'PackageName: no', 'x </text>', 'PackageName: yes').packages?.[0]?.name,
    'yes',
  );
  assert.equal(read('PackageComment: <text>a</text>', 'PackageName: yes').packages?.length, 1);
  stops('bad-file', 'x.spdx:3: this is no "Tag: value"', 'Creator: x', 'what is this');
  stops('bad-file', 'x.spdx:2: this is no "Tag: value"', 'a-b: c');
  assert.throws(() => readSpdxTagValue('Creator: x', 'x.spdx'), {
    code: 'bad-file',
    message: 'x.spdx is no SPDX document: it has no SPDXVersion',
  });
});

it('there are so many packages and lines, and no more', () => {
  const limits = { ...SBOM_LIMITS };
  try {
    // The real ones take long; which they are stands in the test of the model.
    Object.assign(SBOM_LIMITS, { components: 3, values: 9 });
    const many = (count: number) => read(...Array(count).fill('PackageName: a'));
    assert.equal(many(3).packages?.length, 3);
    assert.throws(() => many(4), { code: 'limit', message: 'x.spdx has more than 3 packages' });
    assert.ok(read(...Array(8).fill('')));
    assert.throws(() => read(...Array(9).fill('')), {
      code: 'limit',
      message: 'x.spdx has more than 9 lines',
    });
  } finally {
    Object.assign(SBOM_LIMITS, limits);
  }
});
