import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demandOf, quantity } from './quantities.ts';

test('quantities are read as Kubernetes writes them', () => {
  for (const [text, value] of [
    ['500m', 0.5],
    ['2', 2],
    ['1Gi', 2 ** 30],
    ['1.5Ki', 1536],
    ['1e3', 1000],
    ['3k', 3000],
    ['what', 0],
    [undefined, 0],
  ] as const) {
    assert.equal(quantity(text), value, String(text));
  }
  const container = (cpu: string) => ({ resources: { requests: { cpu } } });
  const spec = { containers: [container('1'), container('500m')], initContainers: [container('2')] };
  assert.equal(demandOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }).cpu, 2);
});
