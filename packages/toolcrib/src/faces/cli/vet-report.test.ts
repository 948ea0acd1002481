import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidencePack, Publishable, VerifiedPacks, Vetted } from '@toolcrib/vet';
import { parse } from 'yaml';
import { checklistText, criteriaText, passedOverText, verifiedText, vettedText } from './vet-report.ts';

const pack: EvidencePack = {
  apiVersion: 'toolcrib.dev/v1alpha1',
  kind: 'EvidencePack',
  subject: { purl: 'pkg:generic/k9s@1.0.0', name: 'k9s', version: '1.0.0' },
  asked: { spec: 'git:./k9s@v1.0.0', files: [] },
  assessedAt: '2026-03-23T12:00:00.000Z',
  policy: {
    source: { path: 'ours/trust.yaml', sha256: 'a'.repeat(64) },
    profile: 'a',
    require: ['licence'],
    inform: [],
    thresholds: {},
    rules: [],
    exceptions: [],
  },
  evidence: [],
  gaps: [],
  results: [
    {
      criterion: 'licence',
      verdict: 'fail',
      reason: 'there is none',
      numbers: {},
      evidence: [],
      required: true,
    },
  ],
  verdict: 'fail',
  sha256: 'b'.repeat(64),
};
const terminal = { width: 80, color: false };
const vetted: Vetted = { packs: [pack], verdict: 'fail', kept: [], passedOver: [] };
const told = (
  output: 'table' | 'json' | 'yaml' | 'html' | 'markdown' | 'sarif',
  more: Partial<Vetted> = {},
) => vettedText({ ...vetted, ...more }, { output }, terminal);

test('each format is its own, and all have the same verdict', () => {
  assert.match(told('table'), /k9s/);
  assert.ok(JSON.stringify(JSON.parse(told('json'))).includes('"verdict":"fail"'));
  assert.ok(JSON.stringify(parse(told('yaml'))).includes('"verdict":"fail"'));
  assert.match(told('html'), /^<!doctype html>/i);
  assert.match(told('markdown'), /^#/);
  const sarif = told('sarif');
  assert.equal(JSON.parse(sarif).version, '2.1.0');
  assert.ok(sarif.includes('ours/trust.yaml'), 'the policy by which it was judged');
  const ownPolicy = { ...pack.policy, source: undefined };
  assert.ok(told('sarif', { packs: [{ ...pack, policy: ownPolicy }] }).includes('policies/trust.yaml'));
});

test('where an older pack was named, what changed is told and nothing else', () => {
  const since = {
    assessedAt: '2026-01-01T00:00:00.000Z',
    changes: [{ what: 'signer' as const, text: 'signed by somebody else', worse: true }],
  };
  assert.deepEqual(JSON.parse(told('json', { since })), {
    since: since.assessedAt,
    verdict: 'fail',
    changes: since.changes,
  });
  assert.deepEqual(parse(told('yaml', { since })).changes, since.changes);
  const text = told('table', { since });
  assert.match(text, /k9s/);
  assert.match(text, /signed by somebody else/);
  assert.doesNotMatch(text, /there is none/);
});

test('a checklist is data, Markdown or lines', () => {
  const items: Publishable['items'] = [
    { id: 'licence', title: 'Licence', verdict: 'fail', reason: 'there is none', mend: 'add one' },
  ];
  const found: Publishable = { name: 'k9s', items, policy: pack.policy, verdict: 'fail', passedOver: [] };
  const text = (output: 'table' | 'json' | 'yaml' | 'markdown') => checklistText(found, { output }, terminal);
  assert.deepEqual([JSON.parse(text('json')), parse(text('yaml'))], [items, items]);
  assert.match(text('markdown'), /^#.*k9s/);
  assert.match(text('table'), /add one/);
  assert.doesNotMatch(text('table'), /^#/);
});

test('of packs it is told what holds, with the pack’s own verdict in the place of the pack', () => {
  const one: VerifiedPacks['packs'][number] = {
    path: 'k9s.pack.json',
    pack,
    recomputed: true,
    differences: [],
    reread: [],
    contradictions: [],
    unread: [],
    ageDays: 3,
    holds: true,
    ownPolicy: { same: true, verdict: 'fail', results: [], path: 'policies/trust.yaml' },
  };
  const found: VerifiedPacks = { packs: [one, { ...one, path: 'other.pack.json' }], verdict: 'fail' };
  const [first, second] = JSON.parse(verifiedText(found, { output: 'json' }, terminal));
  assert.deepEqual(
    [first.path, first.assessedAt, first.verdict, first.holds, 'pack' in first, second.path],
    ['k9s.pack.json', pack.assessedAt, 'fail', true, false, 'other.pack.json'],
  );
  assert.equal(parse(verifiedText(found, { output: 'yaml' }, terminal))[0].ageDays, 3);
  const text = verifiedText(found, { output: 'table' }, terminal);
  assert.ok(text.includes('k9s.pack.json') && text.includes('other.pack.json'));
});

test('criteria are told whole, each with its threshold and where that is from', () => {
  const one = {
    id: 'cool-down',
    title: 'Cool-down',
    definition: 'Days since.',
    threshold: { minDays: 7 },
    source: { title: 'Somebody', url: 'https://example.org' },
    passes: 'x',
    from: 'y',
  };
  assert.equal(
    criteriaText([one, { ...one, id: 'other' }]),
    'cool-down: Cool-down\n  Days since.\n  threshold {"minDays":7}\n  Somebody\n  https://example.org\n\n' +
      'other: Cool-down\n  Days since.\n  threshold {"minDays":7}\n  Somebody\n  https://example.org\n',
  );
});

test('a policy that was passed over is named, with its owner and with what takes it all the same', () => {
  assert.equal(
    passedOverText({ file: 'policies/trust.yaml', of: 'k9s', instead: 'own.yaml' }),
    'policies/trust.yaml of this folder belongs to k9s, which is looked at: judged by own.yaml instead (--policy policies/trust.yaml takes it all the same)',
  );
});
