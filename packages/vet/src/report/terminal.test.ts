import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Verification } from '../pack/outcome.ts';
import { packOf } from '../testing/pack.ts';
import { markdownChecklist, terminalChecklist } from './publish.ts';
import { terminalChanges, terminalReport, terminalVerification } from './terminal.ts';
import { EVIL, evil, options, packs, UNSAFE } from './testing/packs.ts';

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
