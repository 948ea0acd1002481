import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packOf } from '../testing/pack.ts';
import { sarifReport } from './sarif.ts';
import { evil, packs, UNSAFE } from './testing/packs.ts';

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
