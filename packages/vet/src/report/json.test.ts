import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { packText } from '../pack/pack.ts';
import { jsonReport, yamlReport, yamlText } from './json.ts';
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
