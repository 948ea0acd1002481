import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Verification } from '../pack/outcome.ts';
import { packText, sealPack } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { readTrustPolicy } from '../policy/default.ts';
import { judge } from '../policy/judge.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { html, markdown, markdownCode, visible } from './escape.ts';
import { htmlReport } from './html.ts';
import { jsonReport, yamlReport, yamlText } from './json.ts';
import { markdownReport } from './markdown.ts';
import { beforeByHand, byHandOf } from './model.ts';
import { markdownChecklist, terminalChecklist } from './publish.ts';
import { sarifReport } from './sarif.ts';
import { terminalChanges, terminalReport, terminalVerification } from './terminal.ts';

const { policy } = await readTrustPolicy(undefined);
const EVIL =
  '\u001b[31m\u001b]0;owned\u0007\u202e<script>alert(1)</script>"\'`|*_[x](http://evil.example)\n| a | @everyone #1 \u009b2J --> ]]>';

function packOf(
  spoil: (facts: ReturnType<typeof goodFacts>) => void = () => {},
  subject = SUBJECT,
  policyPath = 'policies/trust.yaml',
): EvidencePack {
  const values = goodFacts();
  spoil(values);
  const facts = factsFrom(values);
  const gaps = [{ source: 'npm', types: ['npm.package'], reason: 'the registry was not asked' }];
  const own = policy.resolve(subject);
  const resolved = { ...own, source: { path: policyPath, sha256: own.source?.sha256 ?? '' } };
  return sealPack({
    apiVersion: 'toolcrib.dev/v1alpha1',
    kind: 'EvidencePack',
    subject,
    asked: { spec: 'x', files: [] },
    assessedAt: new Date(NOW).toISOString(),
    policy: resolved,
    evidence: facts,
    gaps,
    ...judge(subject, facts, gaps, resolved, NOW),
  });
}
const evil = packOf(
  (facts) => {
    Object.assign(facts['git.files'].readme, { endOfLife: EVIL });
    for (const person of facts['git.history'].contributors) person.name = EVIL;
    for (const release of facts['git.releases'].releases) release.tag = EVIL;
    facts['npm.version'].licence = EVIL;
    facts['git.history'].ref = EVIL;
  },
  { ...SUBJECT, name: EVIL, version: EVIL },
  EVIL,
);
const packs = [packOf(), evil];
const options = { width: 80, color: true, commands: true };
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('what is made visible holds nothing that a terminal acts on, and hides nothing', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.doesNotMatch(visible(text), UNSAFE)));
  assert.equal(visible('a\u001b[2Jb'), 'a\\u{1b}[2Jb');
  assert.equal(visible('Grüße 日本 👋'), 'Grüße 日本 👋');
});

test('HTML: no text of strangers becomes markup', () => {
  fc.assert(
    fc.property(fc.string(), (text) => assert.doesNotMatch(html(text), /[<>"']|&(?!(amp|lt|gt|quot|#39);)/)),
  );
  const page = htmlReport(packs);
  assert.doesNotMatch(page, /<script/i);
  assert.doesNotMatch(page, UNSAFE);
  assert.match(page, /&lt;script&gt;/);
  assert.match(page, /default-src 'none'/);
  // Self-contained: nothing is fetched, nothing can be clicked to a stranger's place.
  assert.doesNotMatch(page, /<(img|link|iframe|object|embed|a|base|form)\b|url\(|@import|\son\w+=/i);
  const opened = [...page.matchAll(/<(section|table|tbody|tr|td|details|svg|figure|div|p|ul|li|pre|code)\b/g)]
    .length;
  const closed = [
    ...page.matchAll(/<\/(section|table|tbody|tr|td|details|svg|figure|div|p|ul|li|pre|code)>/g),
  ].length;
  assert.equal(opened, closed);
});

test('HTML: a plot of the intervals, one of the people, a side-by-side, and every verdict as a word', () => {
  const page = htmlReport(packs);
  assert.ok([...page.matchAll(/<svg /g)].length >= 3);
  assert.match(page, /class="compare"/);
  for (const word of ['✓ pass', '✗ fail', '? unknown']) assert.ok(page.includes(word), word);
});

test('terminal: plain without colour, and nothing but colour with it', () => {
  const plain = terminalReport(packs, { ...options, color: false });
  assert.doesNotMatch(plain, UNSAFE);
  const coloured = terminalReport(packs, options);
  assert.match(coloured, /\u001b\[32m/);
  assert.equal(stripVTControlCharacters(coloured), plain);
  for (const pack of packs) for (const { criterion } of pack.results) assert.ok(plain.includes(criterion));
});

test('terminal: a good tool’s table keeps to 80 columns', () => {
  for (const line of terminalReport([packOf()], { width: 80, color: false }).split('\n'))
    assert.ok([...line].length <= 80, line);
});

test('Markdown: cells stay cells, and no mention, link or HTML of a stranger lives', () => {
  fc.assert(
    fc.property(fc.string(), (text) =>
      assert.doesNotMatch(markdown(text), /(?<!\\)[`*_[\]|]|[<>]|@(?!\u200b)|\n/),
    ),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const code = markdownCode(text);
      const fence = /^`+/.exec(code)?.[0] ?? '';
      assert.ok(!code.slice(fence.length, -fence.length).includes(fence));
    }),
  );
  const report = markdownReport(packs);
  assert.doesNotMatch(report, /<script/i);
  const table = report
    .slice(report.lastIndexOf('| verdict | criterion'), report.lastIndexOf('<details>'))
    .trim()
    .split('\n');
  for (const row of table) assert.equal([...row.matchAll(/(?<!\\)\|/g)].length, 4, row);
});

test('JSON is the pack itself; YAML says the same', () => {
  assert.equal(jsonReport([evil]), packText(evil));
  assert.deepEqual(parse(yamlReport([evil])), evil);
  assert.equal(JSON.parse(jsonReport(packs)).length, 2);
});

test('SARIF: one result a judgement, levels as the standard has them', () => {
  const sarif = JSON.parse(sarifReport(packs, 'policies/trust.yaml'));
  const [run] = sarif.runs;
  assert.equal(sarif.version, '2.1.0');
  assert.equal(
    run.results.length,
    packs.reduce((sum, pack) => sum + pack.results.length, 0),
  );
  for (const result of run.results) {
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    assert.ok(['pass', 'fail', 'open'].includes(result.kind));
    if (result.kind !== 'fail') assert.equal(result.level, 'none');
    else assert.ok(['error', 'note'].includes(result.level));
    assert.doesNotMatch(result.message.text, UNSAFE);
    assert.equal(result.locations[0].physicalLocation.artifactLocation.uri, 'policies/trust.yaml');
  }
});

test('SARIF: no link or placeholder of a stranger, nothing hidden, and a place within the repository', () => {
  const link = packOf((facts) => {
    Object.assign(facts['git.files'].readme, { endOfLife: '[the fix](https://evil.example) {0} \\[' });
  });
  const sarif = JSON.parse(sarifReport([link, evil], join(process.cwd(), 'policies', 'trust.yaml')));
  const [run] = sarif.runs;
  const text = run.results.find(({ ruleId }: { ruleId: string }) => ruleId === 'maintained').message.text;
  assert.ok(text.includes('\\[the fix\\](https://evil.example) {{0}} \\\\\\['), text);
  for (const { partialFingerprints, locations } of run.results) {
    assert.doesNotMatch(partialFingerprints['toolcrib/v1'], UNSAFE);
    assert.equal(locations[0].physicalLocation.artifactLocation.uri, 'policies/trust.yaml');
  }
  const elsewhere = JSON.parse(sarifReport([link], '/opt/policies/trust.yaml'));
  assert.equal(elsewhere.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, 'trust.yaml');
});

test('YAML, several packs as JSON, and the lines by hand in Markdown hold nothing that a terminal acts on', () => {
  for (const text of [yamlReport([evil]), yamlReport(packs), jsonReport(packs), markdownReport(packs)])
    assert.doesNotMatch(text, UNSAFE);
  assert.deepEqual(parse(yamlReport(packs)), packs);
  assert.deepEqual(JSON.parse(jsonReport(packs)), packs);
  const tricky = { 'a\u009b': 'x\u202e\n\u{e0001}\ud800', list: ['plain', 'two\nlines'] };
  assert.deepEqual(parse(yamlText(tricky)), tricky);
  assert.match(yamlText({ text: 'two\nlines' }), /\|-/);
});

test('a tool that was named by its address: how it is cloned is said first', () => {
  const pack = packOf();
  for (const fact of pack.evidence) fact.source.location = 'https://example.org/a/tool$&.git';
  const [first, ...lines] = [beforeByHand(pack), ...byHandOf(pack).map(({ command }) => command)];
  assert.equal(first, "git clone --bare -- 'https://example.org/a/tool$&.git' './tool$&.git'");
  assert.ok(lines.length > 3);
  for (const line of lines) assert.ok(line.includes("git --git-dir='tool$&.git' --bare"), line);
  for (const text of [htmlReport([pack]), markdownReport([pack]), terminalReport([pack], options)])
    assert.match(text, /git clone --bare/);
  assert.equal(beforeByHand(packOf()), undefined);
});

test('every report names the policy it was judged by, and the ref whose history was read', () => {
  const pack = packOf();
  const hash = pack.policy.source?.sha256.slice(0, 12) ?? '-';
  const plain = { ...options, color: false };
  for (const [name, report] of Object.entries({
    terminal: terminalReport([pack], plain),
    markdown: markdownReport([pack]),
    html: htmlReport([pack]),
    sarif: sarifReport([pack], 'x'),
    json: jsonReport([pack]),
    checklist: terminalChecklist('x', [], plain, pack.policy),
    list: markdownChecklist('x', [], pack.policy),
  })) {
    assert.ok(report.includes('policies/trust.yaml') && report.includes(hash), name);
    assert.ok(['checklist', 'list'].includes(name) || report.includes('refs/heads/main'), name);
  }
});

test('the other texts of the terminal are as safe', () => {
  const verification: Verification = {
    pack: evil,
    recomputed: false,
    differences: [{ criterion: EVIL, inPack: 'pass', computed: 'fail' }],
    reread: [{ id: EVIL, state: 'changed', why: EVIL }],
    contradictions: [EVIL],
    unread: [EVIL],
    ageDays: 4,
    holds: false,
  };
  const ownPolicy = { same: false, verdict: 'unknown' as const, path: EVIL };
  const items = [{ id: 'x', title: EVIL, verdict: 'fail' as const, reason: EVIL, mend: EVIL }];
  const texts = [
    terminalVerification(EVIL, { ...verification, ownPolicy, maxAgeDays: 3 }, { ...options, color: false }),
    terminalChanges(EVIL, evil.assessedAt, [{ what: 'signer', text: EVIL, worse: true }], {
      ...options,
      color: false,
    }),
    terminalChecklist(EVIL, items, { ...options, color: false }, evil.policy),
    markdownChecklist(EVIL, items, evil.policy),
  ];
  for (const text of texts) assert.doesNotMatch(text, UNSAFE);
  assert.doesNotMatch(markdownChecklist(EVIL, items, evil.policy), /^\| a/m);
});
