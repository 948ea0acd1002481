import assert from 'node:assert/strict';
import { test } from 'node:test';
import { states, texts } from './testing/patient.ts';
import { judged, own } from './versions.ts';

test('a kubectl that is more than one minor version from its cluster is named, with the one to take', () => {
  for (const [kubectl, cluster, state] of [
    ['1.35.2', 'v1.35.9', 'fine'],
    ['1.34.0', 'v1.35.9', 'fine'],
    ['1.36.0', 'v1.35.9-eks-1', 'fine'],
    ['1.33.9', 'v1.35.0', 'note'],
    ['1.37.0', 'v1.35.0+k3s1', 'note'],
    ['2.0.0', 'v1.35.0', 'note'],
  ] as const)
    assert.deepEqual(states(judged(kubectl, cluster, 'prod')), [state], `${kubectl} ${cluster}`);
  const far = judged('1.32.4-dispatcher', 'v1.35.2', 'prod');
  assert.match(texts(far), /3 minor versions apart; Kubernetes supports 1\. Take a kubectl of 1\.35\./);
});

test('one that is older than what the guard was tried with; a cluster that tells no version is not known', () => {
  const old = judged('1.19.16', 'v1.20.0', 'prod');
  assert.deepEqual(states(old), ['note', 'fine']);
  assert.match(texts(old), /older than any .*1\.20 to 1\.35/);
  assert.deepEqual(states(judged('1.20.0', 'v1.20.0', 'prod')), ['fine']);
  assert.deepEqual(states(judged('1.35.2', undefined, 'the cluster')), ['unknown']);
});

test('which toolcrib, and whether its Node is its own', () => {
  assert.match(own(true, '24.15.0').text, /^toolcrib \d+\.\d+\.\d+.*, with a Node of its own 24\.15\.0\.$/);
  assert.match(own(false, '24.15.0').text, /on Node 24\.15\.0\.$/);
});
