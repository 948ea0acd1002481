import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN, resourceInfos, storedInfos } from './resources.ts';

const resource = (name: string, more: object = {}) => ({
  name,
  singularName: 'one',
  kind: 'One',
  namespaced: true,
  verbs: ['get', 'list'],
  ...more,
});

test('a resource with its subresources', () => {
  const groups = [
    {
      groupVersion: 'apps/v1',
      resources: [
        resource('ones', { shortNames: ['o'] }),
        resource('ones/scale'),
        resource('ones/status'),
        resource('onesies/x'),
      ],
    },
  ];
  assert.deepEqual(resourceInfos(groups), [
    {
      group: 'apps',
      version: 'v1',
      resource: 'ones',
      kind: 'One',
      namespaced: true,
      verbs: ['get', 'list'],
      subresources: ['scale', 'status'],
      shortNames: ['o'],
      singular: 'one',
    },
  ]);
});

test('a type is kept once, in the version that comes first, and only if it can be read', () => {
  const groups = [
    {
      groupVersion: 'v1',
      resources: [resource('ones'), resource('reviews', { verbs: ['create'] }), resource('events')],
    },
    { groupVersion: 'g/v2', resources: [resource('ones')] },
    { groupVersion: 'g/v1', resources: [resource('ones')] },
    { groupVersion: 'events.k8s.io/v1', resources: [resource('events')] },
  ];
  assert.deepEqual(
    storedInfos(groups).map((info) => `${info.group}/${info.version}/${info.resource}`),
    ['/v1/ones', '/v1/events', 'g/v2/ones'],
  );
  assert.equal(resourceInfos(groups).length, 6);
});

test('what is built in', () => {
  assert.equal(BUILT_IN[0]?.groupVersion, 'v1');
  const kept = storedInfos(BUILT_IN);
  const autoscalers = kept.filter(({ resource: name }) => name === 'horizontalpodautoscalers');
  assert.deepEqual(
    autoscalers.map(({ version }) => version),
    ['v2'],
  );
});
