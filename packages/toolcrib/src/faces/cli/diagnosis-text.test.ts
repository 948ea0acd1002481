import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnosis, Finding } from '../../laptop/doctor/check.ts';
import { diagnosisText } from './diagnosis-text.ts';

type Said = [name: string, state: Finding['state'], text: string, next?: string];
function diagnosis(terminal: Diagnosis['terminal'], ...said: Said[]): Diagnosis {
  const checks = said.map(([name, state, text, next]) => ({
    name,
    aside: false,
    findings: [{ state, text, ...(next ? { next } : {}) }],
  }));
  return { verdict: 'findings', terminal, checks };
}
const lastLine = (one: Diagnosis) => diagnosisText(one, undefined).split('\n').at(-1);
const LONG = 'word '.repeat(60).trim();

test('the last line says whether this terminal is guarded, and where else to look', () => {
  assert.equal(
    lastLine(diagnosis('guarded', ['this terminal', 'guarded', 'Yes.'])),
    'This terminal is guarded.',
  );
  assert.equal(
    lastLine(
      diagnosis(
        'guarded',
        ['this terminal', 'guarded', 'Yes.'],
        ['disk', 'fault', 'Full.'],
        ['clients', 'unknown', 'No.'],
      ),
    ),
    'This terminal is guarded; to be looked at: disk; not told: clients.',
  );
  assert.equal(
    lastLine(
      diagnosis('outside', ['disk', 'fault', 'Full.'], ['this terminal', 'finding', 'It goes round.']),
    ),
    'This terminal is not guarded: It goes round.',
  );
  assert.equal(
    lastLine(diagnosis('unknown', ['this terminal', 'unknown', 'No context.'])),
    'Whether this terminal is guarded could not be told: No context.',
  );
});

test('each line fits into 80 columns, what follows stands under it, and each says what to do', () => {
  const text = diagnosisText(diagnosis('outside', ['a', 'finding', LONG, LONG], ['b', 'note', LONG]), 80);
  const lines = text.split('\n');
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.equal(lines[0], 'a');
  assert.match(lines[1] ?? '', /^ {2}outside {2}word/);
  assert.match(lines[2] ?? '', /^ {11}word/);
  assert.ok(lines.some((line) => /^ {11}→ word/.test(line)));
});

test('no terminal obeys what stands in it, and a check without a finding has no heading', () => {
  const one = diagnosis(
    'outside',
    ['a', 'finding', 'It is \u001b[2J there.', 'do \u0007 it'],
    ['c', 'note', 'Fine.'],
  );
  one.checks.push({ name: 'nothing', aside: false, findings: [] });
  const text = diagnosisText(one, 80);
  assert.doesNotMatch(text, /[\u0007\u001b]|nothing/);
  for (const [state, mark] of [
    ['guarded', 'ok'],
    ['fine', 'ok'],
    ['finding', 'outside'],
    ['fault', 'wrong'],
    ['unknown', 'unknown'],
  ] as const)
    assert.match(
      diagnosisText(diagnosis('guarded', ['a', state, 'Text.']), 80),
      new RegExp(`^  ${mark} +Text`, 'm'),
    );
});
