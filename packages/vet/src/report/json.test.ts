import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { packText } from '../pack/pack.ts';
import { dataText, jsonReport, yamlReport, yamlText } from './json.ts';
import { markdownReport } from './markdown.ts';
import { evil, packs, UNSAFE } from './testing/packs.ts';

test('JSON is the pack itself; YAML says the same', () => {
  assert.equal(jsonReport([evil]), packText(evil));
  assert.deepEqual(parse(yamlReport([evil])), evil);
  assert.equal(JSON.parse(jsonReport(packs)).length, 2);
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

test('data is JSON of two columns, or YAML; what acts on a terminal is escaped in both and reads the same', () => {
  const data = { a: ['x'], b: 'red \u001b[31m' };
  assert.equal(dataText('json', { a: ['x'] }), '{\n  "a": [\n    "x"\n  ]\n}\n');
  assert.equal(dataText('yaml', { a: ['x'] }), 'a:\n  - x\n');
  for (const format of ['json', 'yaml'] as const) {
    const text = dataText(format, data);
    assert.ok(!text.includes('\u001b'), format);
    assert.deepEqual(parse(text), data, format);
  }
  const twice = { a: ['x'] };
  assert.equal(yamlText([twice, twice]), '- a:\n    - x\n- a:\n    - x\n', 'no anchors');
});
