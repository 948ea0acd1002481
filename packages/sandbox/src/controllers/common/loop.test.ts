import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCluster } from '../testing/cluster.ts';
import { type Change, controlLoop, type LoopDefinition, type Tools } from './loop.ts';
import { CONFIG_MAPS, PODS } from './types.ts';
import { keyOfObject } from './view.ts';

const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
});

function scene(more: Partial<LoopDefinition> = {}) {
  const cluster = testCluster({ noControllers: true, lawless: true });
  const synced: string[] = [];
  const changes: Change[] = [];
  const reported: string[] = [];
  const controller = controlLoop({
    name: 'mine',
    watch: [
      {
        type: CONFIG_MAPS,
        keys(change) {
          changes.push(change);
          return [keyOfObject(change.object)];
        },
      },
    ],
    sync: ({ namespace, name, key }) => void synced.push(`${namespace} ${name} ${key}`),
    report: (name, key, error) => void reported.push(`${name} ${key}: ${(error as Error).message}`),
    ...more,
  });
  return { ...cluster, controller, synced, changes, reported };
}

test('what is there at the start is synced, and what changes later', () => {
  const { store, clock, controller, synced, changes } = scene();
  store.create(CONFIG_MAPS, map('before'));
  const stop = controller(store, clock);
  clock.advance(0);
  assert.deepEqual(synced, ['shop before shop/before']);
  store.create(CONFIG_MAPS, map('one'));
  store.create(PODS, { ...map('pod'), kind: 'Pod' });
  store.modify(CONFIG_MAPS, 'shop', 'one', (object) => {
    object.data = { a: '1' };
  });
  clock.advance(0);
  assert.deepEqual(synced.slice(1), ['shop one shop/one']);
  assert.deepEqual(
    changes.map(({ type, previous }) => [type, previous?.metadata.name]),
    [
      ['ADDED', undefined],
      ['ADDED', undefined],
      ['MODIFIED', 'one'],
    ],
  );
  stop();
  store.create(CONFIG_MAPS, map('late'));
  clock.advance(60_000);
  assert.equal(synced.length, 2);
  assert.equal(clock.pending(), 0);
});

test('kinds are told apart by group and name', () => {
  const { store, clock, controller, synced } = scene();
  controller(store, clock);
  const info = store.find(CONFIG_MAPS);
  assert.ok(info);
  store.serve({ ...info, group: 'example.com' });
  store.create({ ...CONFIG_MAPS, group: 'example.com' }, map('foreign'));
  clock.advance(0);
  assert.deepEqual(synced, []);
});

test('a run that fails is told and tried again', () => {
  let runs = 0;
  const { store, clock, controller, reported } = scene({
    sync() {
      if (++runs === 1) throw new Error('not yet');
    },
  });
  controller(store, clock);
  store.create(CONFIG_MAPS, map('one'));
  clock.advance(0);
  assert.deepEqual(reported, ['mine shop/one: not yet']);
  clock.advance(5);
  assert.equal(runs, 2);
});

test('an object that nobody can read breaks neither its write nor the others', () => {
  const keys = ({ object }: Change) => {
    if (object.metadata.name === 'bad') throw new Error('unreadable');
    return [keyOfObject(object)];
  };
  const { store, clock, controller, synced, reported } = scene({ watch: [{ type: CONFIG_MAPS, keys }] });
  controller(store, clock);
  store.create(CONFIG_MAPS, map('bad'));
  store.create(CONFIG_MAPS, map('good'));
  clock.advance(0);
  assert.deepEqual(reported, ['mine bad: unreadable']);
  assert.deepEqual(synced, ['shop good shop/good']);
});

test('a controller may lag behind, and make what must exist at its start', () => {
  const start = ({ store, view, record }: Tools) => {
    const made = store.create(CONFIG_MAPS, map('made'));
    record(made, 'Normal', 'Made', 'm');
    assert.equal(view.list(CONFIG_MAPS).length, 1);
  };
  const { store, clock, controller, synced, events } = scene({ delay: 100, start });
  controller(store, clock);
  assert.deepEqual(events('made'), [{ reason: 'Made', message: 'm', type: 'Normal', count: 1 }]);
  assert.equal(store.list({ group: '', version: 'v1', resource: 'events' })[0]?.source.component, 'mine');
  clock.advance(99);
  assert.deepEqual(synced, []);
  clock.advance(1);
  assert.deepEqual(synced, ['shop made shop/made']);
});

test('stopped it listens to nothing and means to do nothing', () => {
  const { store, clock, controller, synced, changes } = scene();
  let listening = 0;
  const { subscribe } = store;
  store.subscribe = (listener) => {
    listening++;
    const stop = subscribe(listener);
    return () => {
      listening--;
      stop();
    };
  };
  const stop = controller(store, clock);
  const other = controlLoop({ name: 'other', watch: [], sync: () => {} })(store, clock);
  assert.equal(listening, 1);
  store.create(CONFIG_MAPS, map('one'));
  stop();
  store.create(CONFIG_MAPS, map('two'));
  assert.deepEqual([synced, changes.length, clock.pending()], [[], 1, 0]);
  other();
  assert.equal(listening, 0);
});
