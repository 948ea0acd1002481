import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchArtefact, missingElements } from './judge.ts';
import { cyclonedx, HEX, read } from './testing/documents.ts';

const PURL = 'pkg:github/acme/tool@1.2.3';
const names = (document: object | string) => missingElements(read(document)).map(({ element }) => element);

type Document = ReturnType<typeof cyclonedx>;
const bent = (bend: (document: Document) => void) => {
  const document = cyclonedx();
  bend(document);
  return document;
};

const spdx = (...relationships: [string, string][]) => ({
  spdxVersion: 'SPDX-2.3',
  creationInfo: { created: '2026-01-02T03:04:05Z', creators: ['Organization: Acme'] },
  documentDescribes: ['SPDXRef-root'],
  packages: [
    {
      SPDXID: 'SPDXRef-root',
      name: 'tool',
      versionInfo: '1.2.3',
      supplier: 'Organization: Acme',
      checksums: [{ algorithm: 'SHA256', checksumValue: HEX }],
    },
  ],
  relationships: relationships.map(([spdxElementId, relatedSpdxElement]) => ({
    spdxElementId,
    relationshipType: 'DEPENDS_ON',
    relatedSpdxElement,
  })),
});

describe("NTIA's minimum elements", () => {
  it('are not there in a document that lists nothing', () => {
    const empty = bent((document) => {
      Reflect.deleteProperty(document.metadata, 'component');
      document.components = [];
      document.dependencies = [];
    });
    assert.deepEqual(names(empty), [
      'supplier',
      'component name',
      'version',
      'other unique identifiers',
      'dependency relationship',
    ]);
    assert.equal(names({ bomFormat: 'CycloneDX', specVersion: '1.6' }).length, 7);
    assert.equal(names('SPDXVersion: SPDX-2.3').length, 7);
  });

  it('ask even of one component alone what it depends on', () => {
    const alone = (dependencies: object[]) =>
      bent((document) => Object.assign(document, { components: [], dependencies }));
    assert.deepEqual(names(alone([])), ['dependency relationship']);
    assert.deepEqual(names(alone([{ ref: 'ghost' }])), ['dependency relationship']);
    assert.deepEqual(names(alone([{ ref: 'root' }])), []);
    assert.deepEqual(names(spdx()), ['dependency relationship']);
    assert.deepEqual(names(spdx(['SPDXRef-root', 'NOASSERTION'])), ['dependency relationship']);
    assert.deepEqual(names(spdx(['SPDXRef-root', 'NONE'])), []);
  });

  it('are not met by relationships to what is not listed, or of what has no name', () => {
    const table: [string, (document: Document) => void][] = [
      [
        'only to a ghost',
        (document) =>
          Object.assign(document, { dependencies: [{ ref: 'root', dependsOn: ['ghost'] }, { ref: 'a' }] }),
      ],
      [
        'by an empty reference',
        (document) => {
          Reflect.deleteProperty(document.components[0] ?? {}, 'bom-ref');
          Object.assign(document, { dependencies: [{ ref: 'root', dependsOn: [''] }] });
        },
      ],
    ];
    for (const [name, bend] of table) assert.deepEqual(names(bent(bend)), ['dependency relationship'], name);
  });

  it('are not met by a field that says nothing', () => {
    const table: [string, (document: Document) => void][] = [
      ['supplier', ({ components: [one] }) => Reflect.set(one?.supplier ?? {}, 'name', ' ')],
      ['supplier', ({ components: [one] }) => Reflect.set(one?.supplier ?? {}, 'name', 'NOASSERTION')],
      ['component name', ({ components: [one] }) => Reflect.set(one ?? {}, 'name', '\t')],
      ['version', ({ components: [one] }) => Reflect.set(one ?? {}, 'version', ' ')],
      ['other unique identifiers', ({ components: [one] }) => Reflect.set(one ?? {}, 'purl', ' ')],
      ['author of SBOM data', ({ metadata }) => Reflect.set(metadata, 'authors', [{ name: ' ' }])],
      ['timestamp', ({ metadata }) => Reflect.set(metadata, 'timestamp', 'unknown 1')],
      ['timestamp', ({ metadata }) => Reflect.set(metadata, 'timestamp', '2026')],
      ['timestamp', ({ metadata }) => Reflect.set(metadata, 'timestamp', '2026-02-30T00:00:00Z')],
      ['timestamp', ({ metadata }) => Reflect.set(metadata, 'timestamp', '2026-01-02T03:04:05')],
    ];
    for (const [element, bend] of table) assert.deepEqual(names(bent(bend)), [element]);
    const offset = bent(({ metadata }) =>
      Reflect.set(metadata, 'timestamp', '2026-01-02T03:04:05.678+02:00'),
    );
    assert.deepEqual(names(offset), []);
    const whole = spdx(['SPDXRef-root', 'NONE']);
    for (const supplier of ['Organization: ', 'Organization:', 'Person:  ()', 'NOASSERTION']) {
      const packages = whole.packages.map((one) => ({ ...one, supplier }));
      assert.deepEqual(names({ ...whole, packages }), ['supplier'], supplier);
    }
    const creators = ['Organization: ', 'Person: ()'];
    assert.deepEqual(names({ ...whole, creationInfo: { ...whole.creationInfo, creators } }), [
      'author of SBOM data',
    ]);
  });
});

it('what lacks an element is named, the first five of them', () => {
  const many = bent(({ components }) => {
    const [one] = components;
    for (const name of ['b', 'c', 'd', 'e', 'f']) components.push({ ...one, name } as (typeof components)[0]);
    for (const component of components) Reflect.deleteProperty(component, 'supplier');
    Reflect.deleteProperty(components[1] ?? {}, 'name');
    for (const name of ['name', 'purl']) Reflect.deleteProperty(components[2] ?? {}, name);
  });
  const missing = missingElements(read(many));
  assert.deepEqual(missing[0], {
    element: 'supplier',
    count: 6,
    components: ['a', 'pkg:npm/a@1.0.0', 'a component without a name', 'd', 'e'],
  });
  assert.deepEqual(missing[1]?.count, 2);
});

describe('whether a document describes an artefact', () => {
  const other = '00'.repeat(32);
  const verdict = (document: object, digests: string[], purl = PURL, whole = true) =>
    matchArtefact(
      read(document),
      digests.map((sha256) => ({ sha256 })),
      purl,
      whole,
    ).verdict;

  it('says what it found, and what is missing', () => {
    const told = (document: object, digests: Record<string, string>[], purl?: string, whole?: boolean) => {
      const { verdict, reason } = matchArtefact(read(document), digests, purl, whole);
      return `${verdict}: ${reason}`;
    };
    const own = [{ sha256: HEX }];
    const as = 'pkg:github/acme/tool@1.2.3';
    const without = (...names: string[]) =>
      bent(({ metadata: { component } }) => {
        for (const name of names) Reflect.deleteProperty(component, name);
      });
    assert.equal(told(cyclonedx(), own), `pass: it describes these bytes, as ${as}`);
    assert.equal(
      told(cyclonedx(), [{ sha256: HEX, sha512: 'x' }]),
      `pass: it describes these bytes, as ${as}`,
    );
    assert.equal(told(without('purl'), own), 'pass: it describes these bytes, as tool@1.2.3');
    assert.equal(told(without('purl', 'version'), own), 'pass: it describes these bytes, as tool');
    const nothing = bent(({ metadata }) => Reflect.deleteProperty(metadata, 'component'));
    assert.equal(told(nothing, own), 'unknown: it does not say what it describes');
    assert.equal(told(cyclonedx(), [{ sha256: other }]), `fail: it describes other bytes of ${as}`);
    assert.equal(
      told(cyclonedx(), [{ sha256: other }], PURL, false),
      `unknown: it describes other bytes of ${as}, or some within that could not be read here`,
    );
    assert.equal(
      told(cyclonedx(), []),
      `unknown: it describes ${as}, but names digests that were not computed`,
    );
    assert.equal(told(without('hashes'), own), `unknown: it describes ${as}, but names no digest of it`);
    for (const purl of ['pkg:github/acme/other@1.2.3', 'pkg:github/acme/tool@1.2.4'])
      assert.equal(told(cyclonedx(), own, purl), `fail: it describes ${as}, not ${purl}`);
    for (const purl of ['nonsense', 'pkg:github/acme/tool'])
      assert.equal(
        told(cyclonedx(), own, purl),
        `unknown: it describes these bytes, but as ${as} and not as ${purl}`,
      );
    const unversioned = bent(({ metadata: { component } }) => {
      Reflect.deleteProperty(component, 'version');
      component.purl = 'pkg:github/acme/tool';
    });
    assert.equal(
      told(unversioned, own, PURL),
      `unknown: it describes these bytes, but as pkg:github/acme/tool and not as ${PURL}`,
    );
    const twice = bent(({ metadata: { component } }) =>
      component.hashes.push({ alg: 'SHA-256', content: other }),
    );
    assert.equal(told(twice, own), `unknown: it names two different sha256 digests of ${as}`);
    assert.equal(
      told(cyclonedx(), [{ sha256: '22' }, { sha256: other }, { sha256: HEX }]),
      `unknown: it describes one executable within, as ${as}, and not 1 others`,
    );
  });

  it('by an executable within only where it is the only one, or the others are described too', () => {
    const both = bent(({ components: [one] }) =>
      Reflect.set(one ?? {}, 'hashes', [{ alg: 'SHA-256', content: other }]),
    );
    const table: [string, object, string[], boolean, string][] = [
      ['the archive itself', cyclonedx(), [HEX, other, '11'], true, 'pass'],
      ['the archive itself, not seen whole', cyclonedx(), [HEX, other], false, 'pass'],
      ['its only executable', cyclonedx(), [other, HEX], true, 'pass'],
      ['its only executable, twice', cyclonedx(), [other, HEX, HEX], true, 'pass'],
      ['one executable of two', cyclonedx(), ['22', other, HEX], true, 'unknown'],
      ['two executables, both described', both, ['22', other, HEX], true, 'pass'],
      ['only a component of it', both, ['22', other], true, 'fail'],
      ['the only one that could be seen', cyclonedx(), [other, HEX], false, 'unknown'],
      ['none of it', cyclonedx(), [other, '11'], true, 'fail'],
      ['none of what could be seen', cyclonedx(), [other, '11'], false, 'unknown'],
    ];
    for (const [name, document, digests, whole, expected] of table)
      assert.equal(verdict(document, digests, PURL, whole), expected, name);
  });

  it('not by one of two digests that contradict each other', () => {
    for (const contents of [
      [HEX, other],
      [other, HEX],
    ]) {
      const twice = bent(({ metadata: { component } }) =>
        Reflect.set(
          component,
          'hashes',
          contents.map((content) => ({ alg: 'SHA-256', content })),
        ),
      );
      assert.equal(verdict(twice, [HEX]), 'unknown');
    }
    const same = bent(({ metadata: { component } }) =>
      component.hashes.push({ alg: 'SHA-256', content: ` ${HEX.toUpperCase()}` }),
    );
    assert.equal(verdict(same, [HEX]), 'pass');
  });

  it('not by a version that is a digest, which contradicts none', () => {
    const versioned = (name: string, version: string) =>
      bent(({ metadata: { component } }) => {
        Reflect.deleteProperty(component, 'purl');
        Object.assign(component, { name, version });
      });
    for (const [name, version, verdict] of [
      ['tool_Linux_amd64.tar.gz', `sha256:${HEX}`, 'unknown'],
      ['tool', `sha256:${HEX}`, 'unknown'],
      ['tool', '1.2.3', 'pass'],
      ['tool', '1.2.4', 'fail'],
    ] as const)
      assert.equal(
        matchArtefact(read(versioned(name, version)), [{ sha256: HEX }], PURL).verdict,
        verdict,
        version,
      );
  });

  it('not as a package of another kind, unless that names the same repository', () => {
    const as = (purl: string) => bent(({ metadata: { component } }) => Reflect.set(component, 'purl', purl));
    const table: [string, string, string][] = [
      ['pkg:npm/evil@1.0', 'pkg:generic/tool@1.0', 'unknown'],
      ['pkg:npm/tool@1.0', 'pkg:generic/tool@1.0', 'unknown'],
      ['pkg:npm/tool@1.0', 'pkg:generic/tool@2.0', 'fail'],
      ['pkg:golang/github.com/acme/tool@v1.0.0', 'pkg:github/acme/tool@1.0.0', 'pass'],
      ['pkg:golang/github.com/acme/tool/v2@v2.0.0', 'pkg:github/acme/tool@v2.0.0', 'pass'],
      ['pkg:golang/github.com/acme/other@v1.0.0', 'pkg:github/acme/tool@1.0.0', 'unknown'],
      ['pkg:golang/github.com/acme/tool@v1', 'pkg:github/acme/tool@1.2.3', 'unknown'],
      ['pkg:golang/example.org/acme/tool@v1.0.0', 'pkg:github/acme/tool@1.0.0', 'unknown'],
    ];
    for (const [own, wanted, expected] of table)
      assert.equal(verdict(as(own), [HEX], wanted), expected, `${own} as ${wanted}`);
  });
});
