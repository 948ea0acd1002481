import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffSboms } from './diff.ts';
import type { Component, Sbom } from './model.ts';

const one = (more: Partial<Component>): Component => ({ licences: [], hashes: {}, ...more }) as Component;
const sbom = (...components: Component[]) => ({ components }) as unknown as Sbom;
const diff = (before: Component[], after: Component[]) => diffSboms(sbom(...before), sbom(...after));
const NOTHING = { added: [], removed: [], changed: [], licences: [], digests: [], origins: [] };

test('what came and what went is told in the order of its name, by purl, or name and version', () => {
  const [a, b, c] = [
    one({ purl: 'pkg:npm/a@1' }),
    one({ name: 'b', version: '2' }),
    one({ name: 'c' }),
  ] as Component[];
  assert.ok(a && b && c);
  assert.deepEqual(diff([], [c, a, b]), { ...NOTHING, added: ['b@2', 'c', 'pkg:npm/a@1'] });
  assert.deepEqual(diff([c, a, b], []), { ...NOTHING, removed: ['b@2', 'c', 'pkg:npm/a@1'] });
  assert.deepEqual(diff([a, b, c], [c, b, a]), NOTHING);
});

test('a component without a purl is the same by its name, one with a purl by that without its version', () => {
  assert.deepEqual(diff([one({ name: 'a', version: '1' })], [one({ name: 'a', version: '2' })]).changed, [
    { component: 'a', from: ['1'], to: ['2'] },
  ]);
  assert.deepEqual(diff([one({})], [one({ version: '2' })]).changed, [
    { component: '', from: [], to: ['2'] },
  ]);
  const purls = (before: string, after: string) => diff([one({ purl: before })], [one({ purl: after })]);
  assert.deepEqual(purls('pkg:npm/a@1', 'pkg:npm/a@2').changed, [
    { component: 'pkg:npm/a', from: ['1'], to: ['2'] },
  ]);
  // What is no purl is taken as it stands, up to its version and qualifiers.
  assert.deepEqual(purls('strange/a@1?x=y', 'strange/a@2#z'), NOTHING);
  assert.deepEqual(purls('strange/a@1', 'strange/b@1').added, ['strange/b@1']);
});

test('several of one component are compared together', () => {
  const [one1, one2, one3] = ['1', '2', '3'].map((version) => one({ purl: `pkg:npm/a@${version}`, version }));
  assert.ok(one1 && one2 && one3);
  assert.deepEqual(diff([one1, one2], [one2, one3]).changed, [
    { component: 'pkg:npm/a', from: ['1', '2'], to: ['2', '3'] },
  ]);
  assert.deepEqual(diff([one1, one2], [one2, one1]), NOTHING);
});

test('other bytes are told with their version, where there is one', () => {
  const bytes = (version: string | undefined, hex: string) =>
    one({ name: 'a', hashes: { 'SHA-256': hex }, ...(version ? { version } : {}) });
  const digests = (before: Component, after: Component) => diff([before], [after]).digests;
  const change = (component: string) => [{ component, from: ['SHA-256:aa'], to: ['SHA-256:bb'] }];
  assert.deepEqual(digests(bytes('1', 'aa'), bytes('1', 'bb')), change('a@1'));
  assert.deepEqual(digests(bytes(undefined, 'aa'), bytes(undefined, 'bb')), change('a'));
  assert.deepEqual(digests(bytes('1', 'aa'), bytes('2', 'bb')), []);
  assert.deepEqual(digests(bytes('1', 'aa'), bytes('1', 'aa')), []);
});

test('another place to fetch from is told, and no other qualifier', () => {
  const at = (qualifiers: string) => one({ purl: `pkg:npm/a@1${qualifiers}` });
  assert.deepEqual(diff([at('')], [at('?download_url=https://x.example')]).origins, [
    { component: 'pkg:npm/a', from: [], to: ['download_url=https://x.example'] },
  ]);
  assert.deepEqual(diff([at('?arch=x')], [at('?arch=y')]), NOTHING);
});
