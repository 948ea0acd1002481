import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromSpdx, type Spdx, SpdxSchema } from './spdx.ts';

const read = (more: object = {}) => fromSpdx(SpdxSchema.parse({ spdxVersion: 'SPDX-2.3', ...more }));
const relation = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});
const pack = (SPDXID: string, more: object = {}) => ({ SPDXID, name: SPDXID, ...more });
const one = (more: object) => read({ packages: [pack('a', more)] }).components[0];

describe('an SPDX document', () => {
  it('says who made it with what, and when', () => {
    const creators = [
      'Tool: syft-1',
      'Organization: Acme ()',
      'Person: Jane (jane@x)',
      'Person: ',
      'Person: NOASSERTION',
      'Other: x',
    ];
    const sbom = read({ creationInfo: { created: '2026-01-02T03:04:05Z', creators } });
    assert.deepEqual(sbom, {
      format: 'spdx',
      specVersion: '2.3',
      authors: ['Jane (jane@x)', 'Acme'],
      tools: ['syft-1'],
      timestamp: '2026-01-02T03:04:05Z',
      components: [],
      dependencies: 0,
      unrelated: 0,
    });
    assert.equal('timestamp' in read(), false);
  });

  it('is about the one package that it describes, said in any of three ways', () => {
    const packages = [pack('a'), pack('b')];
    const ways: object[] = [
      { documentDescribes: ['b'] },
      { relationships: [relation('SPDXRef-DOCUMENT', 'DESCRIBES', 'b')] },
      { relationships: [relation('b', 'DESCRIBED_BY', 'SPDXRef-DOCUMENT')] },
    ];
    for (const way of ways) {
      const sbom = read({ packages, ...way });
      assert.deepEqual(
        [sbom.subject?.name, sbom.components.map(({ name }) => name), sbom.dependencies],
        ['b', ['a'], 0],
      );
    }
    for (const way of [
      {},
      { documentDescribes: ['a', 'b'] },
      { documentDescribes: ['c'] },
      { relationships: [relation('a', 'DESCRIBES', 'b')] },
    ])
      assert.equal(read({ packages, ...way }).subject, undefined);
  });

  it('counts its edges, and who stands in none', () => {
    const packages = ['a', 'b', 'c', 'd', 'e'].map((id) => pack(id));
    const relationships = [
      relation('a', 'DEPENDS_ON', 'b'),
      relation('c', 'DEPENDS_ON', 'NONE'),
      relation('d', 'DEPENDS_ON', 'NOASSERTION'),
    ];
    const { dependencies, unrelated } = read({ packages, relationships });
    assert.deepEqual([dependencies, unrelated], [1, 2]);
  });
});

describe('a package', () => {
  it('is what it says of itself', () => {
    const more = {
      name: ' tool ',
      versionInfo: '1.0 ',
      supplier: 'Organization: Acme',
      originator: 'Person: Jane',
      licenseConcluded: 'MIT',
      licenseDeclared: 'Apache-2.0',
      checksums: [{ algorithm: 'SHA256', checksumValue: 'AB' }],
      externalRefs: [
        { referenceType: 'cpe23Type', referenceLocator: ' cpe:x ' },
        { referenceType: 'purl', referenceLocator: ' pkg:npm/tool@1.0 ' },
        { referenceType: 'other', referenceLocator: 'y' },
        { referenceType: 'swh', referenceLocator: 'NONE' },
      ],
    };
    assert.deepEqual(one(more), {
      name: 'tool',
      version: '1.0',
      purl: 'pkg:npm/tool@1.0',
      supplier: 'Acme',
      identifiers: ['cpe:x', 'sha256:ab'],
      hashes: { sha256: 'ab' },
      contradicting: [],
      licences: ['MIT'],
    });
  });

  it('falls back on what was declared and who originated it, and says nothing where nothing is said', () => {
    const fallen = one({
      supplier: 'NOASSERTION',
      originator: 'Person: Jane',
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'MIT',
    });
    assert.deepEqual([fallen?.supplier, fallen?.licences], ['Jane', ['MIT']]);
    assert.deepEqual(one({ name: ' ', versionInfo: 'NONE' }), {
      identifiers: [],
      hashes: {},
      contradicting: [],
      licences: [],
    });
    for (const referenceType of ['cpe22Type', 'swid', 'gitoid'])
      assert.deepEqual(one({ externalRefs: [{ referenceType, referenceLocator: 'x' }] })?.identifiers, ['x']);
    for (const referenceType of ['cpe24Type', 'xswh', 'gitoids'])
      assert.deepEqual(one({ externalRefs: [{ referenceType, referenceLocator: 'x' }] })?.identifiers, []);
  });
});

it('what has another shape is no SPDX', () => {
  for (const bad of [
    {},
    { spdxVersion: 1 },
    { spdxVersion: 'x', packages: [{}] },
    { spdxVersion: 'x', relationships: [{}] },
  ] as unknown as Spdx[])
    assert.equal(SpdxSchema.safeParse(bad).success, false, JSON.stringify(bad));
});
