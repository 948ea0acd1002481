import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { Subject } from '../../facts/evidence.ts';
import { NOW } from '../../testing/repository.ts';
import { collect } from '../index.ts';

const dir = mkdtempSync(join(tmpdir(), 'toolcrib-files-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = (name: string, content: unknown) => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const K9S: Subject = { purl: 'pkg:github/derailed/k9s', name: 'k9s', version: '0.32.0' };
const look = (subject: Subject, ...files: string[]) =>
  collect({ spec: 'x', subject, files }, { now: () => NOW });
const record = (id: string, affected: object, more = {}) => ({
  id,
  modified: '2026-11-01T00:00:00Z',
  affected: [affected],
  ...more,
});
const goModule = record(
  'GO-2026-1',
  {
    package: { ecosystem: 'Go', name: 'github.com/derailed/k9s' },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.32.1' }] }],
  },
  { aliases: ['CVE-2026-1'] },
);
test('SBOMs: CycloneDX and SPDX say what they describe', async () => {
  const cases: [unknown, object][] = [
    [
      {
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        metadata: { component: { name: 'k9s', version: '0.32.0' } },
        components: [{}, {}],
      },
      { format: 'cyclonedx', specVersion: '1.6', describes: 'k9s@0.32.0', components: 2 },
    ],
    [
      {
        spdxVersion: 'SPDX-2.3',
        packages: [{ SPDXID: 'SPDXRef-1', name: 'k9s', versionInfo: '0.32.0' }],
        relationships: [
          {
            spdxElementId: 'SPDXRef-DOCUMENT',
            relationshipType: 'DESCRIBES',
            relatedSpdxElement: 'SPDXRef-1',
          },
        ],
      },
      { format: 'spdx', specVersion: '2.3', describes: 'k9s@0.32.0', components: 0 },
    ],
    [
      'SPDXVersion: SPDX-2.3\nPackageName: a\n',
      { format: 'spdx', specVersion: '2.3', describes: null, components: 1 },
    ],
    [
      '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component/></components></bom>',
      { format: 'cyclonedx', specVersion: '1.5', describes: null, components: 1 },
    ],
    [
      {
        spdxVersion: 'SPDX-2.3',
        packages: [
          {
            SPDXID: 'SPDXRef-1',
            name: 'left-pad',
            versionInfo: '1.3.0',
            externalRefs: [
              {
                referenceCategory: 'PACKAGE-MANAGER',
                referenceType: 'purl',
                referenceLocator: 'pkg:npm/left-pad@1.3.0',
              },
            ],
          },
        ],
        documentDescribes: ['SPDXRef-1'],
      },
      { format: 'spdx', specVersion: '2.3', describes: 'pkg:npm/left-pad@1.3.0', components: 0 },
    ],
    [
      [
        'SPDXVersion: SPDX-2.3',
        'PackageName: k9s',
        'SPDXID: SPDXRef-1',
        'PackageVersion: 0.32.0',
        'ExternalRef: PACKAGE-MANAGER purl pkg:github/derailed/k9s@v0.32.0',
        'Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-1',
        '',
      ].join('\n'),
      { format: 'spdx', specVersion: '2.3', describes: 'pkg:github/derailed/k9s@v0.32.0', components: 0 },
    ],
    [
      '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="application"><name>k9s</name><version>0.32.0</version><purl>pkg:github/derailed/k9s@v0.32.0</purl></component></metadata></bom>',
      {
        format: 'cyclonedx',
        specVersion: '1.5',
        describes: 'pkg:github/derailed/k9s@v0.32.0',
        components: 0,
      },
    ],
  ];
  for (const [index, [content, wanted]] of cases.entries())
    assert.deepEqual((await look(K9S, file(`sbom${index}`, content))).facts[0]?.value, wanted);
});

test('hostile and broken files are one clear error each', async () => {
  const cases: [string, unknown, string, RegExp][] = [
    ['deep.json', `{"vulns":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'limit', /nested/],
    ['cut.json', JSON.stringify(goModule).slice(0, 80), 'bad-file', /not JSON/],
    ['other.json', '{"hello":1}', 'bad-file', /none of: OSV/],
    ['text.txt', 'hello', 'bad-file', /none of: OSV/],
    ['batch.json', { vulns: [{ id: 'x' }] }, 'bad-file', /modified/],
    ['bad.zip', 'PK\x03\x04nonsense', 'bad-file', /zip/],
    ['scorecard-cut.json', { scorecard: {}, checks: [] }, 'bad-file', /no Scorecard result/],
  ];
  for (const [name, content, code, message] of cases)
    await assert.rejects(
      look(K9S, file(name, content)),
      (error) =>
        error instanceof ToolcribError &&
        error.code === code &&
        message.test(error.message) &&
        error.message.includes(name),
      name,
    );
  await assert.rejects(look(K9S, join(dir, 'nowhere.json')), { code: 'not-found' });
});
