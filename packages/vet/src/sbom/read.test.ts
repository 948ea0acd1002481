import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import fc from 'fast-check';
import { diffSboms } from './diff.ts';
import { matchArtefact, missingElements } from './judge.ts';
import type { Sbom } from './model.ts';
import { cycloneDxSchema, readSbom } from './read.ts';
import { cyclonedx, HEX, read } from './testing/documents.ts';

const XML = `<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata><timestamp>2026-01-02T03:04:05Z</timestamp><authors><author><name>Acme</name></author></authors>
    <component type="application" bom-ref="root"><supplier><name>Acme</name></supplier><name>tool</name><version>1.2.3</version>
      <hashes><hash alg="SHA-256">${HEX}</hash></hashes><purl>pkg:github/acme/tool@1.2.3</purl></component></metadata>
  <components><component type="library" bom-ref="a"><supplier><name>A</name></supplier><name>a</name><version>1.0.0</version>
    <licenses><license><id>MIT</id></license></licenses><purl>pkg:npm/a@1.0.0</purl></component></components>
  <dependencies><dependency ref="root"><dependency ref="a"/></dependency><dependency ref="a"/></dependencies>
</bom>`;

/** The same under a prefix, with elements of another namespace among it that are called the same. */
const PREFIXED = XML.replaceAll(/<(\/?)(?=[a-z])/g, '<$1c:')
  .replace('xmlns=', 'xmlns:c=')
  .replace('<c:components>', '<c:components><component xmlns="urn:x"><name>none of it</name></component>');

const SPDX = {
  spdxVersion: 'SPDX-2.3',
  creationInfo: { created: '2026-01-02T03:04:05Z', creators: ['Organization: Acme', 'Tool: syft-1'] },
  packages: [
    {
      SPDXID: 'SPDXRef-root',
      name: 'tool',
      versionInfo: '1.2.3',
      supplier: 'Organization: Acme',
      checksums: [{ algorithm: 'SHA256', checksumValue: HEX }],
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: 'pkg:github/acme/tool@1.2.3',
        },
      ],
    },
    {
      SPDXID: 'SPDXRef-a',
      name: 'a',
      versionInfo: '1.0.0',
      supplier: 'Person: A',
      licenseDeclared: 'MIT',
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/a@1.0.0' }],
    },
  ],
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-root' },
    { spdxElementId: 'SPDXRef-root', relationshipType: 'DEPENDS_ON', relatedSpdxElement: 'SPDXRef-a' },
  ],
};

const TAGS = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
Creator: Organization: Acme
Creator: Tool: syft-1
Created: 2026-01-02T03:04:05Z
DocumentComment: <text>over
several: lines</text>
PackageName: tool
SPDXID: SPDXRef-root
PackageVersion: 1.2.3
PackageSupplier: Organization: Acme
PackageChecksum: SHA256: ${HEX}
ExternalRef: PACKAGE-MANAGER purl pkg:github/acme/tool@1.2.3
PackageName: a
SPDXID: SPDXRef-a
PackageVersion: 1.0.0
PackageSupplier: Person: A
PackageLicenseDeclared: MIT
ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1.0.0
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-root
Relationship: SPDXRef-root DEPENDS_ON SPDXRef-a
`;

const all = {
  'CycloneDX JSON': cyclonedx(),
  'CycloneDX XML': XML,
  'CycloneDX XML with a prefix': PREFIXED,
  'SPDX JSON': SPDX,
  'SPDX tag-value': TAGS,
};
const PURL = 'pkg:github/acme/tool@v1.2.3';

describe('an SBOM', () => {
  for (const [name, text] of Object.entries(all)) {
    it(`${name}: has all of NTIA's minimum elements, and describes these bytes`, () => {
      const sbom = read(text);
      assert.deepEqual(missingElements(sbom), []);
      assert.equal(matchArtefact(sbom, [{ sha256: HEX }], PURL).verdict, 'pass');
      assert.deepEqual(
        [sbom.components[0]?.licences, sbom.components[0]?.purl],
        [['MIT'], 'pkg:npm/a@1.0.0'],
      );
      assert.equal(sbom.dependencies, 1);
    });
  }

  it('names each missing minimum element, and only that one', () => {
    const bends: [string, (bom: ReturnType<typeof cyclonedx>) => void][] = [
      ['supplier', (bom) => Reflect.deleteProperty(bom.components[0] ?? {}, 'supplier')],
      ['component name', (bom) => Reflect.deleteProperty(bom.components[0] ?? {}, 'name')],
      ['version', (bom) => Reflect.deleteProperty(bom.components[0] ?? {}, 'version')],
      ['other unique identifiers', (bom) => Reflect.deleteProperty(bom.components[0] ?? {}, 'purl')],
      ['dependency relationship', (bom) => Reflect.deleteProperty(bom, 'dependencies')],
      ['author of SBOM data', (bom) => Reflect.deleteProperty(bom.metadata, 'authors')],
      ['timestamp', (bom) => Reflect.set(bom.metadata, 'timestamp', 'yesterday')],
    ];
    for (const [element, bend] of bends) {
      const bom = cyclonedx();
      bend(bom);
      assert.deepEqual(
        missingElements(read(bom)).map((one) => one.element),
        [element],
      );
    }
  });

  it('matches by bytes; fails for other bytes, another version or another tool; else does not know', () => {
    const sbom = read(cyclonedx());
    const verdict = (digests: Record<string, string>[], purl?: string, of: Sbom = sbom) =>
      matchArtefact(of, digests, purl).verdict;
    assert.equal(verdict([{ sha256: '00' }, { sha256: HEX }], PURL), 'pass');
    assert.equal(verdict([{ sha256: '00' }], PURL), 'fail');
    assert.equal(verdict([{ sha256: HEX }], 'pkg:github/acme/tool@1.2.4'), 'fail');
    assert.equal(verdict([{ sha256: HEX }], 'pkg:github/acme/other@1.2.3'), 'fail');
    assert.equal(verdict([{ sha512: '00' }], PURL), 'unknown');
    const bare = cyclonedx();
    Reflect.deleteProperty(bare.metadata.component, 'hashes');
    assert.equal(verdict([{ sha256: HEX }], PURL, read(bare)), 'unknown');
    Reflect.deleteProperty(bare.metadata, 'component');
    assert.equal(verdict([{ sha256: HEX }], PURL, read(bare)), 'unknown');
  });

  it('is held against the published schema by the library of CycloneDX', async () => {
    const text = JSON.stringify(cyclonedx());
    assert.equal(await cycloneDxSchema(text, read(text)), 'valid');
    const bad = { ...cyclonedx(), components: [{ name: 'no type' }] };
    assert.match(await cycloneDxSchema(JSON.stringify(bad), read(bad)), /^invalid: .*type/);
    assert.match(await cycloneDxSchema(XML, read(XML)), /^not checked/);
  });

  it('differs between two versions by component, version and licence', () => {
    const after = cyclonedx();
    after.components = [
      { ...after.components[0], version: '2.0.0', purl: 'pkg:npm/a@2.0.0' } as (typeof after.components)[0],
      { ...after.components[0], name: 'b', purl: 'pkg:npm/%40s/b@1.0.0' } as (typeof after.components)[0],
    ];
    const diff = diffSboms(read(cyclonedx()), read(after));
    assert.deepEqual(diff.added, ['pkg:npm/%40s/b@1.0.0']);
    assert.deepEqual(diff.changed, [{ component: 'pkg:npm/a', from: ['1.0.0'], to: ['2.0.0'] }]);
    assert.deepEqual(diff.removed, []);
    const relicensed = cyclonedx();
    Reflect.set(relicensed.components[0] ?? {}, 'licenses', [{ expression: 'BUSL-1.1' }]);
    assert.deepEqual(diffSboms(read(cyclonedx()), read(relicensed)).licences[0]?.to, ['BUSL-1.1']);
  });

  it('refuses what is hostile, in bounded time, with a clear error', () => {
    const clear = (code: string) => (error: unknown) => error instanceof ToolcribError && error.code === code;
    const started = cpuTime();
    const million = (one: string) =>
      `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${`${one},`.repeat(999_999)}${one}]}`;
    assert.throws(() => read(million('{"name":"x","type":"library"}')), clear('limit'));
    assert.throws(() => read(million('{}')), clear('limit'));
    const xml = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>${'<component/>'.repeat(1_000_000)}</components></bom>`;
    assert.throws(() => read(xml), clear('limit'));
    assert.throws(
      () => read(`SPDXVersion: SPDX-2.3\n${'PackageName: x\n'.repeat(1_000_000)}`),
      clear('limit'),
    );
    assert.throws(() => read(`{"bomFormat":${'['.repeat(10_000)}`), clear('limit'));
    assert.throws(() => read(`{"bomFormat":"CycloneDX","x":[${'1,'.repeat(4_000_000)}1]}`), clear('limit'));
    // Each wrong member would be described, at a kilobyte a piece.
    const hashes = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"hashes":[${'1,'.repeat(900_000)}1]}]}`;
    assert.throws(() => read(hashes), clear('bad-file'));
    const licences = `<component><licenses>${'<license/>'.repeat(2_000_001)}</licenses></component>`;
    assert.throws(() => read(xml.replace('<component/>', licences)), clear('limit'));
    assert.throws(() => read(`<bom>${'<components>'.repeat(10_000)}`), clear('limit'));
    const laughs = '<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><bom>&b;</bom>';
    assert.throws(() => read(laughs), clear('bad-file'));
    assert.throws(
      () => read('<bom xmlns="http://cyclonedx.org/schema/bom/1.6">&xxe;</bom>'),
      clear('bad-file'),
    );
    assert.ok(cpuTime() - started < 20_000, `${cpuTime() - started} ms`);
  });

  it('ends on any text with a document or a clear error', () => {
    const texts = Object.values(all).map((one) =>
      Buffer.from(typeof one === 'string' ? one : JSON.stringify(one)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(2000),
        fc.uint8Array({ minLength: 1, maxLength: 6 }),
        (text, at, bytes) => {
          const bent = Buffer.from(text);
          bent.set(bytes.subarray(0, Math.max(0, bent.length - (at % bent.length))), at % bent.length);
          try {
            const sbom = readSbom(bent, 'bom');
            missingElements(sbom);
            diffSboms(sbom, sbom);
          } catch (error) {
            assert.ok(error instanceof ToolcribError, String(error));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
