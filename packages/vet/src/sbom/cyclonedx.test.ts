import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CycloneDxSchema, fromCycloneDx } from './cyclonedx.ts';

const read = (more: object = {}) =>
  fromCycloneDx(CycloneDxSchema.parse({ bomFormat: 'CycloneDX', specVersion: '1.6', ...more }));
const one = (more: object) => read({ components: [more] }).components[0];

describe('a CycloneDX document', () => {
  it('says who answers for it, with what it was made, and when', () => {
    const metadata = {
      timestamp: '2026-01-02T03:04:05Z',
      authors: [{ name: 'Jane' }, {}],
      manufacturer: { name: 'M' },
      manufacture: { name: 'N' },
      supplier: { name: 'S' },
      tools: { components: [{ name: 'syft' }, {}] },
      component: { name: 'tool' },
    };
    assert.deepEqual(read({ metadata }), {
      format: 'cyclonedx',
      specVersion: '1.6',
      authors: ['M', 'N', 'S', 'Jane'],
      tools: ['syft'],
      timestamp: '2026-01-02T03:04:05Z',
      subject: { name: 'tool', identifiers: [], hashes: {}, contradicting: [], licences: [] },
      components: [],
      dependencies: 0,
      unrelated: 1,
    });
    assert.deepEqual(read({ metadata: { tools: [{ name: 'old' }] } }).tools, ['old']);
    assert.deepEqual(read({ metadata: { tools: 'x' } }).tools, []);
    assert.deepEqual(read(), {
      format: 'cyclonedx',
      specVersion: '1.6',
      authors: [],
      tools: [],
      components: [],
      dependencies: 0,
      unrelated: 0,
    });
  });

  it('has the components within components too', () => {
    const inner = (name: string, ...components: object[]) => ({ name, components });
    const { components } = read({ components: [inner('a', inner('b', inner('c')), inner('d')), inner('e')] });
    assert.deepEqual(components.map(({ name }) => name).toSorted(), ['a', 'b', 'c', 'd', 'e']);
  });

  it('counts edges between what it holds, and who stands in none', () => {
    const component = (ref: string) => ({ name: ref, 'bom-ref': ref });
    const sbom = read({
      metadata: { component: component('root') },
      components: [component('a'), component('b'), component('c'), { name: 'no ref' }],
      dependencies: [
        { ref: 'root', dependsOn: ['a', 'elsewhere'] },
        { ref: 'b' },
        { ref: 'elsewhere', dependsOn: ['a'] },
      ],
    });
    assert.deepEqual([sbom.dependencies, sbom.unrelated], [1, 2]);
  });
});

describe('a component', () => {
  it('is what it says of itself', () => {
    const more = {
      name: ' tool ',
      version: ' 1.0 ',
      purl: ' pkg:npm/tool@1.0 ',
      cpe: 'cpe:x',
      swid: { tagId: 'tag' },
      supplier: { name: 'S' },
      manufacturer: { name: 'M' },
      publisher: 'P',
      hashes: [{ alg: 'SHA-256', content: 'AB' }],
      licenses: [
        { license: { id: 'MIT', name: 'x' } },
        { license: { name: 'Own' } },
        { expression: 'A OR B' },
        {},
      ],
    };
    assert.deepEqual(one(more), {
      name: 'tool',
      version: '1.0',
      purl: 'pkg:npm/tool@1.0',
      supplier: 'S',
      identifiers: ['cpe:x', 'tag', 'sha256:ab'],
      hashes: { sha256: 'ab' },
      contradicting: [],
      licences: ['MIT', 'Own', 'A OR B'],
    });
    assert.equal(one({ manufacturer: { name: 'M' }, publisher: 'P' })?.supplier, 'M');
    assert.equal(one({ publisher: 'P' })?.supplier, 'P');
    assert.deepEqual(one({ name: ' ', version: 'NONE', purl: '' }), {
      identifiers: [],
      hashes: {},
      contradicting: [],
      licences: [],
    });
  });
});

it('what has another shape is no CycloneDX', () => {
  const good = { bomFormat: 'CycloneDX', specVersion: '1.6' };
  for (const bad of [
    { ...good, bomFormat: 'x' },
    { ...good, specVersion: 1 },
    { ...good, components: [{ name: 1 }] },
    { ...good, dependencies: [{}] },
  ])
    assert.equal(CycloneDxSchema.safeParse(bad).success, false, JSON.stringify(bad));
});
