import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedBy, refuseTwoModes, type VetOptions } from './vet-input.ts';

const asked = (what: string[], options: Partial<VetOptions> = {}) =>
  askedBy(what, { output: 'table', ...options });
/** Without what was not said. */
const said = (value: unknown) => JSON.parse(JSON.stringify(value));

test('what is typed becomes a value: dates, days and files as what they are', () => {
  assert.deepEqual(said(asked(['./k9s'], { save: true, at: '2026-03-23', file: ['osv'] })), {
    for: 'tools',
    input: { specs: ['./k9s'], files: ['osv'], at: Date.parse('2026-03-23'), keepIn: 'evidence' },
  });
  assert.deepEqual(said(asked(['b.json'], { verify: ['a.json'], maxAge: '30', offline: true })), {
    for: 'packs',
    input: { packs: ['a.json', 'b.json'], maxAgeDays: 30, offline: true },
  });
  assert.deepEqual(said(asked([], { since: 'old.json' })), {
    for: 'tools',
    input: { specs: [], since: 'old.json' },
  });
  assert.deepEqual(said(asked(['.'], { publish: true })), { for: 'publish', input: { spec: '.' } });
  assert.deepEqual(asked([], { criteria: true }), { for: 'criteria' });
});

test('what is wrong is said by the option that is', () => {
  const wrong: [string[], Partial<VetOptions>, RegExp][] = [
    [[], {}, /say what to vet/],
    [['a', 'b'], { git: '.' }, /one tool at a time/],
    [['a'], { at: '5' }, /--at 5 is no date/],
    [['a'], { at: '2999-01-01' }, /no date of the past/],
    [['a'], { maxAge: '30' }, /^--max-age needs --verify$/],
    [['a'], { offline: true }, /^--offline needs --verify$/],
    [[], { verify: ['a'], maxAge: '1.5' }, /--max-age 1\.5/],
    [[], { verify: ['a'], output: 'html' }, /--verify has no html report/],
    [['.'], { publish: true, output: 'sarif' }, /--publish has no sarif report/],
    [['.'], { since: 'a', output: 'markdown' }, /--since has no markdown report/],
  ];
  for (const [what, options, message] of wrong)
    assert.throws(() => asked(what, options), { code: 'usage', message });
});

test('two things at once are refused: one of them would be left out in silence', () => {
  const refused = (options: Partial<VetOptions>) => () => refuseTwoModes({ output: 'table', ...options });
  const modes: Partial<VetOptions>[] = [
    { criteria: true },
    { verify: ['a'] },
    { publish: true },
    { since: 'a' },
    { sbomDiff: ['a', 'b'] },
  ];
  for (const one of modes) {
    refused(one)();
    for (const other of modes.filter((another) => another !== one))
      assert.throws(refused({ ...one, ...other }), { code: 'usage', message: / and --.* one at a time$/ });
  }
  assert.throws(refused({ publish: true, save: true }), { code: 'usage', message: /--publish has none$/ });
  refused({ since: 'a', save: true })();
  refused({ save: 'evidence', out: 'a' })();
});
