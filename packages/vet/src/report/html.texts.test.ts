import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsFrom, goodFacts } from '../testing/evidence.ts';
import { htmlReport } from './html.ts';
import { packWithHistory, result, smallPack, WAIVER } from './testing/small.ts';

/** What stands in the page between two texts. */
function between(page: string, from: string, to: string): string {
  const at = page.indexOf(from);
  assert.ok(at >= 0, from);
  return page.slice(at + from.length, page.indexOf(to, at + from.length));
}
const pass = '<span class="v pass">✓ pass</span>';
const fail = '<span class="v fail">✗ fail</span>';
const unknown = '<span class="v unknown">? unknown</span>';

test('a section is who, what decides, by what, and a row for each criterion', () => {
  const page = htmlReport([smallPack()]);
  assert.equal(between(page, '<title>', '</title>'), 'Vetted: tool 1.5.0');
  assert.equal(between(page, '<h2>', '</h2>'), `${pass} tool 1.5.0`);
  assert.equal(
    between(page, '</h2>\n', '\n<table'),
    '<p>1 pass of 1 required, 1 waived</p>\n<p class="soft"><code>pkg:npm/tool</code> assessed 2026-03-23 12:34 UTC against <b>strict</b><br>policy policies/trust.yaml (sha256 cccccccccccc)</p>',
  );
  assert.equal(
    between(page, '</thead><tbody>', '</tbody>'),
    [
      `<tr><td>${pass}</td><td>Licence</td><td>Apache-2.0</td></tr>`,
      `<tr><td>${fail}</td><td>Maintained: not archived, not deprecated</td><td>no commit in 400 days<br><span class="soft">informs only</span></td></tr>`,
      `<tr><td>${unknown}</td><td>house-rule</td><td>nobody looked<br><span class="soft">waived: asked for (ben, until 2026-12-31)</span></td></tr>`,
    ].join('\n'),
  );
  assert.ok(!page.includes('class="compare"'));
  const both = htmlReport([smallPack({ results: [result('licence', { required: false, waived: WAIVER })] })]);
  assert.match(both, /informs only; waived: asked for \(ben/);
  const job = htmlReport([smallPack({ policy: { ...smallPack().policy, job: 'formatter' } })]);
  assert.match(job, /<b>strict<\/b> for the job <b>formatter<\/b><br>policy/);
});

test('evidence has its source, its time and its hash; gaps are said where there are some', () => {
  const pack = packWithHistory('clone');
  const [fact] = pack.evidence;
  assert.ok(fact);
  fact.source.command = 'git log';
  const row = (page: string) =>
    between(page, '1 facts, 0 gaps)</summary><table class="rows"><tbody>', '</tbody>');
  assert.equal(
    row(htmlReport([pack])),
    `<tr><td>git.history</td><td>test: <code>clone</code><br><code>git log</code></td><td>${fact.collectedAt.slice(0, 19)}<br><code>sha256:${fact.sha256}</code></td></tr>`,
  );
  assert.match(row(htmlReport([packWithHistory('clone')])), /<code>clone<\/code><\/td>/);
  const gaps = [{ source: 'npm', types: ['npm.package', 'npm.version'], reason: 'no network' }];
  assert.match(
    htmlReport([smallPack({ gaps })]),
    /\(0 facts, 1 gaps\).*<p>What could not be had:<\/p><ul><li>npm: no npm\.package, npm\.version: no network<\/li><\/ul><p class="soft">Pack <code>sha256:d{64}<\/code>/,
  );
  assert.ok(!htmlReport([smallPack()]).includes('What could not be had'));
});

test('what each criterion measures, with the policy’s threshold; a rule of the policy has no such text', () => {
  const thresholds = { licence: { allow: ['MIT'] } };
  const page = htmlReport([smallPack({ policy: { ...smallPack().policy, thresholds } })]);
  const items = [
    ...between(page, 'threshold comes from</summary>', '</details>').matchAll(/<h3>(.*?)<\/h3>/g),
  ];
  assert.deepEqual(
    items.map(([, title]) => title),
    ['Licence', 'Maintained: not archived, not deprecated'],
  );
  assert.ok(page.includes('Threshold <code>{&quot;allow&quot;:[&quot;MIT&quot;]}</code>; '));
  assert.ok(page.includes('Threshold <code>{}</code>; '));
});

test('figures by hand, after the clone that they need', () => {
  const pre = (location: string) =>
    between(htmlReport([packWithHistory(location)]), '<pre>', '</pre>').split('\n');
  const remote = pre('https://example.org/tool.git');
  assert.deepEqual(remote.slice(0, 4), [
    '# first',
    'git clone --bare -- https://example.org/tool.git ./tool.git',
    '',
    '# commit-cadence commits = 39',
  ]);
  assert.equal(pre('clone')[0], '# commit-cadence commits = 39');
  assert.ok(!htmlReport([smallPack()]).includes('<pre>'));
});

test('plots are of what there is: people of a history, intervals of releases that have come', () => {
  const count = (pack: ReturnType<typeof smallPack>) => [...htmlReport([pack]).matchAll(/<figure>/g)].length;
  assert.equal(count(smallPack()), 0);
  assert.equal(count(packWithHistory('clone')), 1);
  assert.match(
    htmlReport([packWithHistory('clone')]),
    /<figcaption class="soft">People who committed, by month/,
  );
  assert.doesNotMatch(htmlReport([smallPack()]), /class="plots"|undefined/);
  // Six releases of the good tool, one of which is a prerelease, and one that is still to come.
  const facts = goodFacts()['git.releases'];
  Object.assign(facts.releases[1] ?? {}, { prerelease: true });
  Object.assign(facts.releases.at(-1) ?? {}, { at: '2026-03-24T00:00:00Z' });
  const evidence = factsFrom({ 'git.releases': facts }) as unknown as ReturnType<
    typeof smallPack
  >['evidence'];
  assert.match(htmlReport([smallPack({ evidence })]), /aria-label="Days between releases: 3 intervals from /);
});

test('several stand side by side, with the figures worth comparing', () => {
  const one = smallPack({ results: [result('licence', { numbers: { expression: 'MIT' } })] });
  const other = smallPack({
    subject: { purl: 'pkg:npm/other', name: 'other', version: undefined },
    results: [
      result('house-rule', { verdict: 'unknown' }),
      result('commit-cadence', { numbers: { perWeek: 3 } }),
    ],
    verdict: 'unknown',
  });
  const page = htmlReport([one, other]);
  assert.equal(between(page, '<title>', '</title>'), 'Vetted: tool 1.5.0, other');
  const rows = between(page, '<table class="compare">', '</table>').split('\n');
  const row = (label: string, ...cells: string[]) =>
    `<tr><th scope="row">${label}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  assert.deepEqual(rows.slice(0, 5), [
    '<thead><tr><th></th><th scope="col">tool 1.5.0</th><th scope="col">other</th></tr></thead>',
    `<tbody>${row('Verdict', pass, unknown)}`,
    row('Licence', pass, '–'),
    row('house-rule', '–', unknown),
    row('Commit cadence', '–', pass),
  ]);
  assert.ok(rows.includes(row('commits a week', '–', '3')));
  assert.ok(rows.includes(`${row('licence', 'MIT', '–')}</tbody>`));
});
