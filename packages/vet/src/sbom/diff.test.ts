import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diffSboms } from './diff.ts';
import type { SbomDiff } from './outcome.ts';
import { cyclonedx, read } from './testing/documents.ts';

const of = (component: object) => read({ ...cyclonedx(), components: [component] });
const sha = (hex: string) => [{ alg: 'SHA-256', content: hex.repeat(32) }];

describe('what changed between two SBOMs', () => {
  const np = {
    name: 'np',
    version: '1.0.0',
    purl: 'pkg:npm/np@1.0.0',
    licenses: [{ license: { id: 'MIT' } }],
  };
  const sspl = [{ license: { id: 'SSPL-1.0' } }];
  const bare = { name: 'np', purl: 'pkg:npm/np@1.0.0' };
  const table: [string, object, object, (keyof SbomDiff)[]][] = [
    ['nothing', np, np, []],
    ['a version that only the purl names', bare, { ...bare, purl: 'pkg:npm/np@6.6.6' }, ['changed']],
    ['a version in the purl alone', np, { ...np, purl: 'pkg:npm/np@6.6.6' }, ['changed']],
    ['a version that is now written out', bare, { ...bare, version: '1.0.0' }, []],
    ['a licence', np, { ...np, licenses: sspl }, ['licences']],
    [
      'a licence with a version',
      np,
      { ...np, version: '2.0.0', purl: 'pkg:npm/np@2.0.0', licenses: sspl },
      ['changed', 'licences'],
    ],
    ['other bytes of a version', { ...np, hashes: sha('aa') }, { ...np, hashes: sha('bb') }, ['digests']],
    ['a digest that is now written down', np, { ...np, hashes: sha('bb') }, []],
    [
      'other bytes of another version',
      { ...bare, hashes: sha('aa') },
      { ...bare, purl: 'pkg:npm/np@2.0.0', hashes: sha('bb') },
      ['changed'],
    ],
    [
      'another registry',
      np,
      { ...np, purl: 'pkg:npm/np@1.0.0?repository_url=https://evil.example' },
      ['origins'],
    ],
    ['a distribution it was built on', np, { ...np, purl: 'pkg:npm/np@1.0.0?distro=x' }, []],
    [
      'a scope',
      { ...np, purl: 'pkg:npm/%40s/np@1.0.0' },
      { ...np, purl: 'pkg:npm/%40t/np@1.0.0' },
      ['added', 'removed'],
    ],
  ];
  for (const [name, before, after, expected] of table) {
    it(`${name}: ${expected.join(' and ') || 'no change'}`, () => {
      const diff = diffSboms(of(before), of(after));
      const told = Object.entries(diff).flatMap(([kind, list]) => (list.length > 0 ? [kind] : []));
      assert.deepEqual(told.sort(), [...expected].sort());
    });
  }

  it('holds the tool itself too', () => {
    const after = cyclonedx();
    Object.assign(after.metadata.component, {
      version: '2.0.0',
      purl: 'pkg:github/acme/tool@2.0.0',
      licenses: sspl,
    });
    const { changed, licences } = diffSboms(read(cyclonedx()), read(after));
    assert.deepEqual(changed, [{ component: 'pkg:github/acme/tool', from: ['1.2.3'], to: ['2.0.0'] }]);
    assert.deepEqual(licences[0]?.to, ['SSPL-1.0']);
  });
});
