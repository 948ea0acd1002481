import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KubeError } from './errors.ts';
import {
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  type Requirement,
  requirementsOf,
  selectorMatches,
} from './selectors.ts';

const isBad = (words: string) => (error: unknown) =>
  error instanceof KubeError && error.code === 'bad-selector' && error.message.includes(words);

test('a label selector in every form that kubectl sends', () => {
  const cases: [string, Requirement[]][] = [
    ['', []],
    ['  ', []],
    ['app=web', [{ key: 'app', operator: 'In', values: ['web'] }]],
    ['app == web', [{ key: 'app', operator: 'In', values: ['web'] }]],
    ['app=', [{ key: 'app', operator: 'In', values: [''] }]],
    ['app!=web', [{ key: 'app', operator: 'NotIn', values: ['web'] }]],
    ['app in (a, b)', [{ key: 'app', operator: 'In', values: ['a', 'b'] }]],
    ['app notin (a)', [{ key: 'app', operator: 'NotIn', values: ['a'] }]],
    ['app in ()', [{ key: 'app', operator: 'In', values: [''] }]],
    ['app', [{ key: 'app', operator: 'Exists' }]],
    ['!app', [{ key: 'app', operator: 'DoesNotExist' }]],
    ['! app', [{ key: 'app', operator: 'DoesNotExist' }]],
    ['size>3', [{ key: 'size', operator: 'Gt', values: ['3'] }]],
    ['size<3', [{ key: 'size', operator: 'Lt', values: ['3'] }]],
    [
      'app.kubernetes.io/name=web, tier in (a,b) ,!old',
      [
        { key: 'app.kubernetes.io/name', operator: 'In', values: ['web'] },
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    ],
  ];
  for (const [text, requirements] of cases) assert.deepEqual(parseLabelSelector(text), requirements, text);
});

test('a part that can not be read is refused, with the part', () => {
  for (const [text, part] of [
    ['a=b,,c', '""'],
    ['a=b,=c', '"=c"'],
    ['a in (b', '"a in (b"'],
    ['a within (b)', '"a within (b)"'],
    ['a=b c', '"a=b c"'],
    ['-a', '"-a"'],
    ['a in (b)(c)', '"a in (b)(c)"'],
  ] as const) {
    assert.throws(() => parseLabelSelector(text), isBad(JSON.stringify(JSON.parse(part))), text);
  }
});

test('which labels meet what is required', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['a=1', { a: '1' }, true],
    ['a=1', { a: '2' }, false],
    ['a=1', {}, false],
    ['a!=1', { a: '1' }, false],
    ['a!=1', { a: '2' }, true],
    ['a!=1', {}, true],
    ['a notin (1,2)', { a: '2' }, false],
    ['a in (1,2)', { a: '2' }, true],
    ['a', { a: '' }, true],
    ['a', { b: '' }, false],
    ['!a', { a: '' }, false],
    ['!a', { b: '' }, true],
    ['a>3', { a: '4' }, true],
    ['a>3', { a: '3' }, false],
    ['a>3', { a: '10' }, true],
    ['a>3', {}, false],
    ['a>3', { a: 'many' }, false],
    ['a<3', { a: '2' }, true],
    ['a<3', { a: '3' }, false],
    ['a<3', {}, false],
    ['a,b', { a: '', b: '' }, true],
    ['a,b', { a: '' }, false],
    ['toString', {}, false],
    ['', {}, true],
  ];
  for (const [selector, labels, meets] of cases) {
    assert.equal(
      matchesLabels(parseLabelSelector(selector), labels),
      meets,
      `${selector} ${JSON.stringify(labels)}`,
    );
  }
  assert.equal(matchesLabels([{ key: 'a', operator: 'Exists' }]), false);
});

test("a workload's selector: both halves must hold; empty takes everything, absent nothing", () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'track', operator: 'NotIn', values: ['canary'] },
      { key: 'live', operator: 'Exists' },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  assert.deepEqual(requirementsOf(selector), [
    { key: 'app', operator: 'In', values: ['web'] },
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'track', operator: 'NotIn', values: ['canary'] },
    { key: 'live', operator: 'Exists' },
    { key: 'old', operator: 'DoesNotExist' },
  ]);
  const labels = { app: 'web', tier: 'b', live: '' };
  assert.equal(selectorMatches(selector, labels), true);
  for (const other of [
    { ...labels, app: 'db' },
    { ...labels, tier: 'c' },
    { ...labels, track: 'canary' },
    { app: 'web', tier: 'b' },
    { ...labels, old: '' },
  ]) {
    assert.equal(selectorMatches(selector, other), false, JSON.stringify(other));
  }
  assert.equal(selectorMatches({}, undefined), true);
  assert.equal(selectorMatches(undefined, labels), false);
  assert.deepEqual(requirementsOf({ matchExpressions: [{ key: 'a', operator: 'In' }] }), [
    { key: 'a', operator: 'In', values: [] },
  ]);
  // Kubernetes knows Gt and Lt of a node's affinity only, never of a workload's selector.
  for (const operator of ['Gt', 'in', '']) {
    assert.throws(
      () => requirementsOf({ matchExpressions: [{ key: 'size', operator, values: ['1'] }] }),
      isBad(`size has an unknown operator "${operator}"`),
    );
  }
});

test('what an equality says is what its opposite does not', () => {
  const word = fc.stringMatching(/^[a-z]{1,2}$/);
  fc.assert(
    fc.property(word, word, fc.dictionary(word, word), (key, value, labels) => {
      const meets = (text: string) => matchesLabels(parseLabelSelector(text), labels);
      assert.equal(meets(`${key}=${value}`), labels[key] === value);
      assert.equal(meets(`${key}!=${value}`), labels[key] !== value);
      assert.equal(meets(`${key} in (${value},x)`), !meets(`${key} notin (${value},x)`));
    }),
  );
});

test('a field selector, with what its values escape', () => {
  assert.deepEqual(parseFieldSelector(''), []);
  assert.deepEqual(parseFieldSelector('spec.nodeName=a, status.phase!=Running,metadata.name==x '), [
    { path: 'spec.nodeName', operator: '=', value: 'a' },
    { path: 'status.phase', operator: '!=', value: 'Running' },
    { path: 'metadata.name', operator: '=', value: 'x' },
  ]);
  assert.deepEqual(parseFieldSelector('a='), [{ path: 'a', operator: '=', value: '' }]);
  assert.deepEqual(parseFieldSelector('a=b\\,c\\=d\\\\e,f=g'), [
    { path: 'a', operator: '=', value: 'b,c=d\\e' },
    { path: 'f', operator: '=', value: 'g' },
  ]);
  for (const text of ['a', 'a>1', '=b']) {
    assert.throws(() => parseFieldSelector(text), isBad('field selector'), text);
  }
});
