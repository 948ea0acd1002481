import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PropagationPolicy } from '../delete-options.ts';
import type { KubeObject } from '../objects.ts';
import { collect } from './collect.ts';
import { ownerGraph } from './graph.ts';

/** Objects 0…n-1 of one namespace; `owners[i]` are the numbers of object i's owners. */
interface World {
  owners: number[][];
  orphanFinalizers: boolean[];
  blocks: boolean;
}

function objectsOf({ owners, orphanFinalizers, blocks }: World): KubeObject[] {
  return owners.map((of, i) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `c${i}`,
      namespace: 'shop',
      uid: `u${i}`,
      ...(orphanFinalizers[i] ? { finalizers: ['orphan'] } : {}),
      ownerReferences: of.map((owner) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: `c${owner}`,
        uid: `u${owner}`,
        blockOwnerDeletion: blocks,
      })),
    },
  }));
}

const facts = (objects: KubeObject[]) => ({
  objects,
  wasListed: () => true,
  scopeOf: () => 'namespaced' as const,
});

/**
 * The garbage collector, told as it works: objects are looked at one after another in the order of `picks`, again
 * and again until nothing changes (pkg/controller/garbagecollector, attemptToDeleteItem). Shares no code with collect.
 */
function simulate(world: World, target: number, policy: PropagationPolicy, picks: number[]): Set<string> {
  const refs = new Map(world.owners.map((of, i) => [i, new Map(of.map((o) => [o, world.blocks]))]));
  const deleting = new Map<number, 'Foreground' | 'Orphan'>();
  const dependents = (i: number) => [...refs].filter(([, of]) => of.has(i)).map(([j]) => j);
  const remove = (i: number, how: PropagationPolicy) => {
    if (how === 'Background') refs.delete(i);
    else deleting.set(i, how);
  };
  const look = (i: number): boolean => {
    const of = refs.get(i);
    if (!of) return false;
    const doing = deleting.get(i);
    if (doing === 'Orphan') {
      for (const j of dependents(i)) refs.get(j)?.delete(i);
      return refs.delete(i);
    }
    if (doing === 'Foreground') {
      const blocked = dependents(i).some((j) => refs.get(j)?.get(i));
      return blocked ? false : refs.delete(i);
    }
    if (of.size === 0) return false;
    const waiting = [...of.keys()].filter((o) => refs.has(o) && deleting.get(o) === 'Foreground');
    const dangling = [...of.keys()].filter((o) => !refs.has(o));
    const solid = of.size - waiting.length - dangling.length;
    if (solid > 0) {
      for (const o of [...waiting, ...dangling]) of.delete(o);
      return waiting.length + dangling.length > 0;
    }
    if (waiting.length > 0 && dependents(i).length > 0) {
      // The guard against cycles: this object's references block nobody any more.
      if (dependents(i).some((j) => refs.has(j) && deleting.get(j) === 'Foreground'))
        for (const o of of.keys()) of.set(o, false);
      remove(i, 'Foreground');
    } else remove(i, world.orphanFinalizers[i] ? 'Orphan' : 'Background');
    return true;
  };
  remove(target, policy);
  for (let changed = true; changed; ) {
    changed = false;
    for (const i of picks) if (look(i)) changed = true;
  }
  return new Set([...world.owners.keys()].filter((i) => !refs.has(i)).map((i) => `u${i}`));
}

/** Nothing owns itself: under Foreground such an object would wait for itself for ever. */
const worldOf = (orphans: boolean) =>
  fc.integer({ min: 2, max: 9 }).chain((size) =>
    fc.record({
      owners: fc.tuple(
        ...Array.from({ length: size }, (_, i) =>
          fc.uniqueArray(
            fc.nat(size - 1).filter((owner) => owner !== i),
            { maxLength: 3 },
          ),
        ),
      ),
      orphanFinalizers: fc.array(orphans ? fc.boolean() : fc.constant(false), {
        minLength: size,
        maxLength: size,
      }),
      blocks: fc.boolean(),
      target: fc.nat(size - 1),
      picks: fc.shuffledSubarray([...Array(size).keys()], { minLength: size, maxLength: size }),
    }),
  );

for (const policy of ['Background', 'Foreground'] as const) {
  test(`under ${policy}, exactly what a simulated collector deletes, whatever the order it works in`, () => {
    fc.assert(
      fc.property(worldOf(false), ({ target, picks, ...world }) => {
        const graph = ownerGraph(facts(objectsOf(world)));
        const { going } = collect(graph, new Map([[`u${target}`, policy]]));
        assert.deepEqual([...going.keys()].sort(), [...simulate(world, target, policy, picks)].sort());
      }),
      { numRuns: 500 },
    );
  });
}

test('with Orphan in play the collector races; nothing that it may delete is missed', () => {
  const policies = fc.constantFrom<PropagationPolicy>('Background', 'Foreground', 'Orphan');
  fc.assert(
    fc.property(worldOf(true), policies, ({ target, picks, ...world }, policy) => {
      const graph = ownerGraph(facts(objectsOf(world)));
      const { going } = collect(graph, new Map([[`u${target}`, policy]]));
      for (const uid of simulate(world, target, policy, picks)) assert.ok(going.has(uid), uid);
    }),
    { numRuns: 1000 },
  );
});

test('Orphan takes nothing but its target', () => {
  fc.assert(
    fc.property(worldOf(false), ({ target, picks: _, ...world }) => {
      const graph = ownerGraph(facts(objectsOf(world)));
      const { going, orphaned } = collect(graph, new Map([[`u${target}`, 'Orphan']]));
      assert.deepEqual([...going.keys()], [`u${target}`]);
      const direct = world.owners.flatMap((of, i) => (of.includes(target) && i !== target ? [`u${i}`] : []));
      assert.deepEqual([...orphaned.keys()].sort(), direct.sort());
    }),
  );
});
