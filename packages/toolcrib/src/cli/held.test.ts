import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { aHold } from '../journal/testing/records.ts';
import type { Hold } from '../model/index.ts';
import { holdText } from './held.ts';

const { decision } = aHold();
const softening = { possible: true, how: 'orphan-first' } as const;
const held = { ...decision, then: 'hold' as const, rule: 'outage', softening };
const HOLES = /Not everything was seen/;
const NONE = /could not be kept, so there would be no undo/;

test('what a name is needed for is said as it is, whatever the rule', () => {
  const table: [string, Partial<Hold>, RegExp | undefined][] = [
    ['a whole net', {}, undefined],
    ['a net with holes', { needsName: 'kafka', net: 'partial' }, HOLES],
    ['nothing kept, held by a rule at first', { needsName: 'kafka', net: 'none' }, NONE],
    ['an old record, not kept', { needsName: 'kafka', decision: { ...held, rule: 'not-kept' } }, NONE],
    ['an old record, not seen', { needsName: 'kafka' }, HOLES],
  ];
  for (const [what, part, words] of table) {
    const text = stripVTControlCharacters(holdText(aHold({ decision: held, ...part })));
    for (const one of [HOLES, NONE]) assert.equal(one.test(text), one === words, `${what}: ${text}`);
    assert.equal(/--as-sent --without-net kafka/.test(text), words !== undefined, what);
    // What was not kept is never softened.
    assert.equal(/--softened/.test(text), words !== NONE, what);
  }
});
