import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownReport } from './markdown.ts';
import { packWithHistory, result, smallPack } from './testing/small.ts';

test('a report is a heading, by what, a table, and how to check it', () => {
  assert.equal(
    markdownReport([smallPack()]).replaceAll('\u200b', ''),
    `### ✅ pass: tool 1.5.0

\`pkg:npm/tool\`, assessed 2026-03-23T12:34:56.000Z against \`strict\`: 1 pass of 1 required, 1 waived.

policy policies/trust.yaml \\(sha256 cccccccccccc\\)

| verdict | criterion | found |
| --- | --- | --- |
| ✅ pass | Licence | Apache-2.0 |
| ❌ fail | Maintained: not archived, not deprecated | no commit in 400 days<br>*informs only* |
| ❔ unknown | house-rule | nobody looked<br>**waived:** asked for \\(ben, until 2026-12-31\\) |

Evidence pack: \`sha256:${'d'.repeat(64)}\`; check it with \`toolcrib vet --verify PACK\`.
`,
  );
  const both = smallPack({
    results: [
      result('licence', {
        required: false,
        waived: { tool: 't', criterion: 'c', reason: 'r', approvedBy: 'b', expires: '2026-12-31' },
      }),
    ],
  });
  assert.match(
    markdownReport([both]),
    /<br>\*informs only\* \*\*waived:\*\* r \\\(b, until 2026-12-31\\\) \|\n/,
  );
  const job = smallPack({ policy: { ...smallPack().policy, job: 'formatter' } });
  assert.match(markdownReport([job]), /against `strict` for `formatter`: /);
});

test('the figures by hand are an indented block that can be opened', () => {
  const lines = markdownReport([packWithHistory('https://example.org/tool.git')]).split('\n');
  const from = lines.indexOf('<details><summary>The same figures by hand</summary>');
  assert.deepEqual(lines.slice(from + 1, from + 5), [
    '',
    '    # first',
    '    git clone --bare -- https://example.org/tool.git ./tool.git',
    '    # commit-cadence commits = 39',
  ]);
  assert.match(lines[from + 5] ?? '', /^ {4}GIT_CONFIG_GLOBAL=/);
  assert.deepEqual(lines.slice(from + 8, from + 11), ['', '</details>', '']);
  assert.doesNotMatch(markdownReport([packWithHistory('clone')]), /# first/);
  assert.doesNotMatch(markdownReport([smallPack()]), /details/);
});

test('several stand side by side before all', () => {
  const other = smallPack({
    subject: { purl: 'pkg:npm/other', name: 'other', version: undefined },
    results: [result('licence', { verdict: 'fail' })],
    verdict: 'fail',
  });
  const text = markdownReport([smallPack(), other]);
  assert.deepEqual(text.split('\n').slice(0, 7), [
    '| | tool 1.5.0 | other |',
    '| --- | --- | --- |',
    '| licence | ✅ pass | ❌ fail |',
    '| maintained | ❌ fail | – |',
    '| house-rule | ❔ unknown | – |',
    '| **verdict** | ✅ pass | ❌ fail |',
    '',
  ]);
  assert.ok(!markdownReport([smallPack()]).startsWith('| |'));
});
