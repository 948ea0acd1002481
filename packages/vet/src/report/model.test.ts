import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packOf } from '../testing/pack.ts';
import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import { markdownReport } from './markdown.ts';
import { beforeByHand, byHandOf } from './model.ts';
import { markdownChecklist, terminalChecklist } from './publish.ts';
import { sarifReport } from './sarif.ts';
import { terminalReport } from './terminal.ts';
import { options } from './testing/packs.ts';

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
