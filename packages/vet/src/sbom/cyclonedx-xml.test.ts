import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCycloneDxXml } from './cyclonedx-xml.ts';
import { SBOM_LIMITS } from './model.ts';

const NS = 'http://cyclonedx.org/schema/bom/1.6';
const read = (inner: string, top = `<bom xmlns="${NS}">`) =>
  readCycloneDxXml(`${top}${inner}</${top.slice(1).split(/[ >]/)[0]}>`, 'x.xml');
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('CycloneDX in XML', () => {
  it('is the same as in JSON', () => {
    const bom = read(`
      <metadata><timestamp> t </timestamp><authors><author><name>Jane</name></author></authors>
        <tools><tool><name>old</name></tool></tools><supplier/>
        <component bom-ref="root"><name>tool</name><version>1</version><purl>p</purl><cpe>c</cpe><publisher>P</publisher><swid tagId="tag"/>
          <hashes><hash alg="SHA-256"> ab </hash></hashes>
          <licenses><license><id>MIT</id></license><expression> A OR B </expression></licenses></component></metadata>
      <components><component><name><![CDATA[a<b]]></name></component><component/></components>
      <dependencies><dependency ref="root"><dependency ref="a"/></dependency><dependency><dependency/></dependency></dependencies>`);
    assert.deepEqual(plain(bom), {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: {
        timestamp: 't',
        authors: [{ name: 'Jane' }],
        tools: [{ name: 'old' }],
        supplier: {},
        component: {
          name: 'tool',
          version: '1',
          purl: 'p',
          cpe: 'c',
          publisher: 'P',
          swid: { tagId: 'tag' },
          hashes: [{ alg: 'SHA-256', content: 'ab' }],
          licenses: [{ license: { id: 'MIT' } }, { expression: 'A OR B' }],
          'bom-ref': 'root',
        },
      },
      components: [{ name: 'a<b' }, {}],
      dependencies: [
        { ref: 'root', dependsOn: ['a'] },
        { ref: '', dependsOn: [''] },
      ],
    });
    const bare = read('<metadata><component><swid/><hashes><hash>ab</hash></hashes></component></metadata>');
    assert.deepEqual(plain(bare.metadata?.component), {
      swid: { tagId: '' },
      hashes: [{ alg: '', content: 'ab' }],
    });
    const newer = read(
      '<metadata><tools><components><component><name>new</name></component></components></tools></metadata>',
    );
    assert.deepEqual(plain(newer.metadata?.tools), [{ name: 'new' }]);
  });

  it('is under any prefix, and nothing of another namespace or name is taken for it', () => {
    const prefixed = read(
      '<c:components><c:component><c:name>a</c:name></c:component><component><name>no</name></component></c:components>',
      `<c:bom xmlns:c=" ${NS} ">`,
    );
    assert.deepEqual(plain(prefixed.components), [{ name: 'a' }]);
    const other = read(
      '<components><component><name>a</name><other><name>b</name></other><x:name xmlns:x="urn:x">c</x:name></component></components>',
    );
    assert.deepEqual(plain(other.components), [{ name: 'a' }]);
    const inner = read(
      '<components xmlns="urn:x"><component><name>no</name></component></components><components><component/></components>',
    );
    assert.deepEqual(plain(inner.components), [{}]);
    const another = read('<x:bom xmlns:x="urn:x"/><metadata/><components><component/></components>');
    assert.deepEqual([plain(another.components), another.specVersion], [[{}], '1.6']);
  });

  it('is none of another document, and its faults are told with their place', () => {
    const bad = (text: string, message: RegExp) =>
      assert.throws(() => readCycloneDxXml(text, 'x.xml'), { code: 'bad-file', message });
    bad('<bom/>', /^x\.xml:\d+:\d+: this is no CycloneDX document$/);
    bad('<a xmlns:x="y">\n &b;', /^x\.xml:2:5: Invalid character entity$/);
    bad(`<bom xmlns="${NS}x"/>`, /this is no CycloneDX document/);
    bad(`<x xmlns="${NS}"><bom/></x>`, /this is no CycloneDX document/);
    bad(
      `<!DOCTYPE bom><bom xmlns="${NS}"/>`,
      /^x\.xml:1:\d+: a document type declaration has no place in an SBOM$/,
    );
    bad(`<bom xmlns="${NS}">\n<a></b></bom>`, /^x\.xml:2:\d+: Unexpected close tag$/);
    bad(`<bom xmlns="${NS}">&nbsp;</bom>`, /^x\.xml:1:\d+: Invalid character entity$/);
  });

  it('is so deep and so large, and no more', () => {
    const nested = (depth: number) => read(`${'<a>'.repeat(depth - 1)}${'</a>'.repeat(depth - 1)}`);
    assert.ok(nested(200));
    assert.ok(read('<a/>'.repeat(300)), 'beside each other they are not deep');
    assert.throws(() => nested(201), { code: 'limit', message: /nested deeper than 200$/ });
    const limits = { ...SBOM_LIMITS };
    try {
      // The real ones take seconds; which they are stands in the test of the model.
      Object.assign(SBOM_LIMITS, { components: 3, values: 9 });
      const many = (count: number, name = 'component') => read(`<${name}/>`.repeat(count));
      assert.ok(many(3));
      assert.throws(() => many(4), { code: 'limit', message: /more than 3 components$/ });
      assert.ok(many(8, 'a'));
      assert.throws(() => many(9, 'a'), { code: 'limit', message: /more than 9 elements$/ });
    } finally {
      Object.assign(SBOM_LIMITS, limits);
    }
    const part = `<![CDATA[${'x'.repeat(65_536)}]]>`;
    const long = read(`<metadata><timestamp>${part}${part}</timestamp></metadata>`);
    assert.equal(long.metadata?.timestamp?.length, 65_536);
  });
});
