import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePurl } from './provenance.ts';
import { tagNames } from './tag.ts';

const TABLE: [verdict: ReturnType<typeof tagNames>, purl: string, tags: string[]][] = [
  [
    'yes',
    'pkg:github/acme/tool@v1.2.3',
    [
      ...['v1.2.3', '1.2.3', 'release-1.2.3', 'release/v1.2.3', 'version_1.2.3', 'rel/tool-1.2.3'],
      ...['tool@1.2.3', 'tool_v1.2.3', 'Tool-1.2.3', 'tool/v1.2.3', 'cmd/tool/v1.2.3', 'tool-release-1.2.3'],
      ...['acme-tool-1.2.3', 'acme/tool/1.2.3'],
    ],
  ],
  [
    'no',
    'pkg:github/acme/tool@1.2.3',
    [
      ...['v11.2.3', 'v1.2.3-rc1', 'v1.2.30', 'v0.1.2.3', 'main', '', 'v2.0.0-1.2.3', 'v3.0.0-rc-1.2.3'],
      ...['v2.0.0/tool-1.2.3', 'tool-2-1.2.3', 'nightly-2026-01-1.2.3'],
    ],
  ],
  ['cannot tell', 'pkg:github/acme/tool@1.2.3', ['othertool/v1.2.3', 'tool-cli-1.2.3', 'tool/api/v1.2.3']],
  ['no', 'pkg:github/acme/tool@2', ['v1.0.0-2', 'v1-2']],
  ['no', 'pkg:github/acme/tool@0', ['nightly-2026-01-0']],
  ['no', 'pkg:github/acme/tool', ['v1', '']],
  // The purl may name the whole tag, and a name may begin with a digit.
  ['yes', 'pkg:github/acme/tool@other%2Fv1.2.3', ['other/v1.2.3']],
  ['yes', 'pkg:generic/7zip@23.01', ['23.01', '7zip-23.01']],
  ['yes', 'pkg:npm/%40acme/tool@1.2.3', ['@acme/tool@1.2.3', 'tool@1.2.3', 'packages/tool/v1.2.3']],
  ['cannot tell', 'pkg:npm/%40acme/tool@1.2.3', ['@acme/other@1.2.3']],
  ['yes', 'pkg:golang/github.com/acme/tool/v2@v2.1.0', ['v2.1.0', 'tool/v2.1.0']],
  ['yes', 'pkg:github/acme/mono@v1.2.3#cmd/tool', ['cmd/tool/v1.2.3', 'tool-1.2.3', 'v1.2.3']],
];

test('a tag is that of a version where the whole version stands at its end, after nothing but the own name', () => {
  for (const [verdict, purl, tags] of TABLE) {
    const read = parsePurl(purl);
    assert.ok(read, purl);
    for (const tag of tags) assert.equal(tagNames(tag, read), verdict, `${tag} for ${purl}`);
  }
});
