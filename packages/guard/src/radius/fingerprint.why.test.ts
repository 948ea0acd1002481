import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Radius, RadiusMember } from '@toolcrib/model';
import { NOTHING_COUNTED } from '@toolcrib/model';
import { fingerprint, stillCovers } from './fingerprint.ts';

const counts = { ...NOTHING_COUNTED, objects: 1 };
const ref = (name: string, kind = 'Secret') => ({
  apiVersion: 'v1',
  kind,
  namespace: 'shop',
  name,
  uid: name,
});
const member = (name: string, more: Partial<RadiusMember> = {}): RadiusMember => ({
  ref: ref(name),
  fate: 'deleted',
  loss: 'restorable',
  why: 'asked for',
  owners: [],
  ...more,
});
const radius = (more: Partial<Radius> = {}): Radius => ({
  state: 'complete',
  targets: [ref('a')],
  members: [member('a')],
  unseen: [],
  opaque: [],
  counts,
  seenAt: 0,
  pins: [{ uid: 'a', generation: 1, finalizers: [] }],
  ...more,
});
type Pin = NonNullable<Radius['pins']>[number];
const pinned = (pin: Partial<Pin>, more: Partial<Radius> = {}) =>
  radius({ ...more, pins: [{ uid: 'a', generation: 1, finalizers: [], ...pin }] });
/** Why what was shown does not cover what is now; `covers` where it does. */
function why(shown: Radius, now: Radius): string {
  const found = stillCovers(shown, now);
  return found.ok ? 'covers' : found.why;
}

test('a target that was changed says what of it', () => {
  const changed = 'Secret a was changed meanwhile ';
  assert.equal(why(radius(), radius()), 'covers');
  assert.equal(why(radius(), pinned({ generation: 2 })), `${changed}(generation 1 → 2)`);
  assert.equal(
    why(radius(), pinned({ finalizers: ['x.io/y', 'a.io/b'] })),
    `${changed}(finalizers none → x.io/y, a.io/b)`,
  );
  assert.equal(why(pinned({ finalizers: ['x.io/y'] }), radius()), `${changed}(finalizers x.io/y → none)`);
  const [x, y] = [pinned({ besidesSize: 'x' }), pinned({ besidesSize: 'y', generation: 2 })];
  assert.equal(why(x, y), `${changed}(its spec, generation 1 → 2)`);
  assert.equal(why(radius(), pinned({ besidesSize: 'y', generation: 2 })), `${changed}(generation 1 → 2)`);
  assert.equal(why(x, pinned({ generation: 2 })), `${changed}(generation 1 → 2)`);
  assert.equal(
    why(x, pinned({ besidesSize: 'x', generation: 2, finalizers: ['x.io/y'] })),
    `${changed}(generation 1 → 2)`,
  );
  assert.equal(why(x, pinned({ besidesSize: 'x', generation: 2 })), 'covers', 'its size alone');
  assert.equal(why(pinned({ generation: undefined }), pinned({ generation: undefined })), 'covers');
  assert.notEqual(why(pinned({ generation: undefined }), radius()), 'covers');
});

test('a target that was not shown is named; by its UID where it has no name', () => {
  const two = radius({
    targets: [ref('a'), ref('b')],
    pins: [...(radius().pins ?? []), { uid: 'b', finalizers: [] }],
  });
  assert.equal(why(radius(), two), 'Secret b was not among what was shown');
  assert.equal(why(radius(), { ...two, targets: [ref('a')] }), 'b was not among what was shown');
});

test('a hold of a version without pins goes by the UIDs of its targets', () => {
  const bare = (...names: string[]) => radius({ pins: undefined, targets: names.map((name) => ref(name)) });
  assert.equal(why(bare('a'), bare('a')), 'covers');
  assert.equal(why(bare('a'), bare('a', 'b')), 'Secret b was not among what was shown');
  assert.notEqual(fingerprint(bare('a')), fingerprint(bare('b')));
});

test('what goes too, goes worse, goes where it stayed, or hangs on others is named', () => {
  const shown = (more: Partial<RadiusMember>) => radius({ members: [member('a'), member('b', more)] });
  const now = shown;
  assert.equal(why(radius(), now({ why: 'owned by Secret a' })), 'Secret b would go too (owned by Secret a)');
  assert.equal(why(shown({}), now({ loss: 'lost' })), 'Secret b was shown as "restorable" and is now "lost"');
  assert.equal(
    why(shown({ loss: 'returns' }), now({})),
    'Secret b was shown as "returns" and is now "restorable"',
  );
  assert.equal(why(shown({ loss: 'lost' }), now({})), 'covers');
  assert.equal(why(shown({}), now({ loss: 'lost', spent: true })), 'covers', 'it has finished meanwhile');
  assert.equal(why(shown({ fate: 'orphaned' }), now({})), 'Secret b would now be deleted');
  assert.equal(why(shown({ fate: 'stops' }), now({ fate: 'orphaned' })), 'covers');
  assert.equal(why(shown({}), now({ fate: 'orphaned' })), 'covers');
  assert.equal(why(shown({ owners: ['x'] }), now({ owners: ['x', 'y'] })), 'Secret b has other owners now');
  assert.equal(why(shown({ owners: ['x', 'y'] }), now({ owners: ['y'] })), 'covers');
});

test('a Pod that a controller which goes has made meanwhile goes with it; nothing else does', () => {
  const controller = member('set', { ref: { ...ref('set', 'ReplicaSet'), apiVersion: 'apps/v1' } });
  const made = (more: Partial<RadiusMember>) =>
    member('new', { ref: ref('new', 'Pod'), owners: ['set'], ...more });
  const at = (one: RadiusMember, fate: RadiusMember['fate'] = 'deleted') =>
    why(
      radius({ members: [member('a'), { ...controller, fate }] }),
      radius({ members: [member('a'), { ...controller, fate }, one] }),
    );
  assert.equal(at(made({})), 'covers');
  assert.equal(at(made({ owners: ['nobody', 'set'] })), 'covers');
  assert.equal(at(made({ owners: ['nobody'] })), 'Pod new would go too (asked for)');
  assert.equal(at(made({}), 'orphaned'), 'Pod new would go too (asked for)', 'its controller stays');
  assert.equal(at(made({ ref: ref('new', 'Secret') })), 'Secret new would go too (asked for)');
  assert.equal(
    at(made({ ref: { ...ref('new', 'Pod'), apiVersion: 'k.io/v1' } })),
    'Pod new would go too (asked for)',
  );
});

test('Pods whose names are a guess count by workload, and only by their number', () => {
  const guessed = (via: string | undefined, ...names: string[]) =>
    names.map((name) => member(name, { estimated: true, ...(via ? { via } : {}) }));
  const at = (...members: RadiusMember[]) => radius({ members });
  const more = (now: number, was: number) => `${now} Pods would be scaled away instead of ${was}`;
  assert.equal(why(at(...guessed('x', 'a', 'b')), at(...guessed('x', 'c', 'd'))), 'covers');
  assert.equal(why(at(...guessed('x', 'a', 'b')), at(...guessed('x', 'c'))), 'covers');
  assert.equal(why(at(...guessed('x', 'a')), at(...guessed('x', 'a', 'b'))), more(2, 1));
  assert.equal(why(at(), at(...guessed('x', 'a'))), more(1, 0));
  assert.equal(why(at(...guessed('y', 'a')), at(...guessed('x', 'a'))), more(1, 0), 'of another workload');
  assert.equal(why(at(...guessed(undefined, 'a')), at(...guessed(undefined, 'b', 'c'))), more(2, 1));
  const returning = guessed('x', 'a').map((one) => ({ ...one, loss: 'returns' as const }));
  assert.equal(why(at(), at(...returning)), 'covers');
  // In whatever order they were seen.
  const [x, y] = [guessed('x', 'a'), guessed('y', 'b', 'c')];
  assert.equal(fingerprint(at(...x, ...y)), fingerprint(at(...y, ...x)));
  assert.notEqual(
    fingerprint(at(...x, ...y)),
    fingerprint(at(...guessed('x', 'a', 'b'), ...guessed('y', 'c'))),
  );
});

test('figures that grow, and whatever can’t be seen any more, are said', () => {
  const counting = (more: Partial<Radius['counts']>) => radius({ counts: { ...counts, ...more } });
  assert.equal(why(radius(), counting({ volumesLost: 2 })), 'volumes lost: 2 instead of 0');
  assert.equal(
    why(counting({ workloadsLeftWithoutPods: 1 }), counting({ workloadsLeftWithoutPods: 2 })),
    'workloads left without Pods: 2 instead of 1',
  );
  assert.equal(why(counting({ volumesLost: 2 }), counting({ volumesLost: 1 })), 'covers');
  assert.equal(why(radius(), counting({ objects: 9, pods: 9 })), 'covers');
  const unseen = (...kinds: string[]) =>
    radius({ unseen: kinds.map((kind) => ({ kind, why: 'forbidden' })) });
  assert.equal(why(radius(), unseen('Secret')), "Secret can't be seen any more (forbidden)");
  assert.equal(why(unseen('Secret'), unseen('Secret')), 'covers');
  assert.equal(why(unseen('Secret'), unseen('Secret', 'Role')), "Role can't be seen any more (forbidden)");
  assert.notEqual(fingerprint(unseen('Secret')), fingerprint(unseen('Role')));
  assert.equal(fingerprint(unseen('Secret', 'Role')), fingerprint(unseen('Role', 'Secret')));
  const opaque = (...whys: [string, string][]) =>
    radius({ opaque: whys.map(([name, text]) => ({ ref: ref(name), why: text })) });
  assert.equal(why(radius(), opaque(['a', 'its operator decides'])), 'Secret a: its operator decides');
  assert.equal(why(opaque(['a', 'x']), opaque(['a', 'x'])), 'covers');
  assert.equal(why(opaque(['a', 'x']), opaque(['a', 'y'])), 'Secret a: y');
  assert.equal(why(opaque(['a', 'x']), opaque(['b', 'x'])), 'Secret b: x');
  assert.notEqual(fingerprint(opaque(['a', 'x'])), fingerprint(opaque(['a', 'y'])));
  assert.notEqual(fingerprint(opaque(['a', 'x'])), fingerprint(opaque(['b', 'x'])));
  assert.equal(fingerprint(opaque(['a', 'x'], ['b', 'y'])), fingerprint(opaque(['b', 'y'], ['a', 'x'])));
});
