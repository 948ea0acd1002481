import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { type Part, purlOf, sbomText } from './sbom.ts';
import type { ThirdParty } from './third-party.ts';

const subject = {
  name: 'toolcrib',
  version: '1.2.3',
  license: 'Apache-2.0',
  description: 'd',
  purl: 'pkg:npm/toolcrib@1.2.3',
  supplier: 'us',
};
const one: ThirdParty = {
  name: '@s/a',
  version: '1.0.0',
  license: '(MIT OR Apache-2.0)',
  supplier: 'them',
  integrity: `sha512-${Buffer.alloc(64, 'x').toString('base64')}`,
  texts: [],
};
const node: Part = {
  name: 'node',
  version: '26.10.0',
  license: 'MIT',
  purl: 'pkg:generic/node@26.10.0',
  supplier: 'OpenJS',
  type: 'platform',
};
const made = (at = '2026-11-02T03:04:05Z') =>
  sbomText(subject, [one, { ...one, name: 'b', license: 'MIT', beside: true }], [node], new Date(at));

test('it keeps to CycloneDX’s own schema, and says whom it is about, what is in it and by whom', async () => {
  const { Spec, Validation } = createRequire(import.meta.url)(
    '@cyclonedx/cyclonedx-library',
  ) as typeof import('@cyclonedx/cyclonedx-library');
  assert.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(made()), null);
  const bom = JSON.parse(made());
  assert.equal(bom.metadata.component.purl, subject.purl);
  assert.deepEqual(bom.metadata.authors, [{ name: 'us' }]);
  const a = bom.components.find(({ name }: { name: string }) => name === 'a');
  assert.deepEqual(
    [a.group, a.version, a.purl, a.licenses, a.hashes, a.supplier, a.properties],
    [
      '@s',
      '1.0.0',
      'pkg:npm/%40s/a@1.0.0',
      [{ expression: '(MIT OR Apache-2.0)' }],
      [{ alg: 'SHA-512', content: '78'.repeat(64) }],
      { name: 'them' },
      [{ name: 'toolcrib:part', value: 'within our files' }],
    ],
  );
  const b = bom.components.find(({ name }: { name: string }) => name === 'b');
  assert.deepEqual([b.licenses, b.properties[0].value], [[{ license: { id: 'MIT' } }], 'installed beside']);
  assert.equal(bom.components.find(({ name }: { name: string }) => name === 'node').type, 'platform');
  const root = bom.dependencies.find(({ ref }: { ref: string }) => ref === subject.purl);
  assert.deepEqual(root.dependsOn, ['pkg:generic/node@26.10.0', 'pkg:npm/%40s/a@1.0.0', 'pkg:npm/b@1.0.0']);
});

test('the same input is the same document, another is another one', () => {
  assert.equal(made(), made());
  const number = (text: string) => JSON.parse(text).serialNumber;
  assert.match(
    number(made()),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.notEqual(number(made()), number(made('2026-11-02T03:04:06Z')));
  assert.equal(purlOf({ name: '@s/a', version: '1.0.0' }), 'pkg:npm/%40s/a@1.0.0');
});
