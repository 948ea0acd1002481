import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Cluster, LossClass, Radius, RadiusMember } from '@toolcrib/model';
import type { AskedRequest } from '../request.ts';
import { asked } from '../testing/way.ts';
import { asking } from './asking.ts';
import { type GoingOut, goingOut, sentBy } from './going.ts';

// What an answered delete takes anyway: only what was shown, and only as long as it is known to go.

let now = 0;
let going: GoingOut;
beforeEach(() => {
  now = 1_000_000;
  going = goingOut({ now: () => now });
});

const ref = (kind: string, uid: string) => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  name: uid,
  uid,
});
const member = (kind: string, uid: string, more: Partial<RadiusMember> = {}): RadiusMember => ({
  ref: ref(kind, uid),
  fate: 'deleted',
  loss: 'restorable',
  why: '',
  owners: [],
  ...more,
});
const radius = (members: RadiusMember[], state: Radius['state'] = 'complete') =>
  ({ state, targets: [members[0]?.ref], members }) as Radius;

/** kubectl's delete, or another's. */
function from(actId: string, more: Partial<AskedRequest> = {}, options = {}, propagation?: 'Orphan') {
  const target = { group: '', version: 'v1', resource: 'namespaces', name: 'ns' };
  const effect = { verb: 'delete' as const, target, options, propagation, dryRun: false };
  return sentBy(asking({ clusterFor: async () => cluster() }, asked('DELETE', '/', more)), actId, effect);
}

/** Whether the Namespace still stands, is ending, or is another one by now. */
const cluster = (metadata?: object) =>
  ({
    typeOf: async () => ({}),
    get: async () => metadata && { apiVersion: 'v1', kind: 'Namespace', metadata },
  }) as unknown as Cluster;
const ENDING = cluster({ name: 'ns', uid: 'ns', deletionTimestamp: 'now' });

function letGo(took = true, loss: LossClass = 'restorable', state?: Radius['state']): void {
  const shown = radius([member('Namespace', 'ns'), member('Deployment', 'web', { loss })], state);
  going.sent('r1', from('act-1'), {
    ...shown,
    members: [...shown.members, member('Service', 'out', { fate: 'stops' })],
  });
  going.settled('r1', took);
}

const web = member('Deployment', 'web');
for (const [what, shown, at, actId, expected] of [
  ['what was shown, of the same act', radius([web]), cluster(), 'act-1', 'Namespace ns'],
  ['of another act, in the Namespace that is ending', radius([web]), ENDING, 'act-2', 'Namespace ns'],
  [
    'of another act, in one that stands',
    radius([web]),
    cluster({ name: 'ns', uid: 'ns' }),
    'act-2',
    undefined,
  ],
  [
    'of another act, in another one of its name',
    radius([web]),
    cluster({ name: 'ns', uid: 'other', deletionTimestamp: 'now' }),
    'act-2',
    undefined,
  ],
  [
    'of the same act, in one that stands as before',
    radius([web]),
    cluster({ name: 'ns', uid: 'ns' }),
    'act-1',
    undefined,
  ],
  ['with something that was not shown', radius([web, member('Secret', 's')]), cluster(), 'act-1', undefined],
  ['what was shown to stop, and would go', radius([member('Service', 'out')]), cluster(), 'act-1', undefined],
  [
    'with a Pod that its controller has made meanwhile',
    radius([web, member('Pod', 'new', { owners: ['web'] })]),
    cluster(),
    'act-1',
    'Namespace ns',
  ],
  ['lost by now', radius([member('Deployment', 'web', { loss: 'lost' })]), cluster(), 'act-1', undefined],
  ['seen whole then and not now', radius([web], 'incomplete'), cluster(), 'act-1', undefined],
] as const) {
  test(`${what}: ${expected ? 'goes already' : 'asked for'}`, async () => {
    letGo();
    assert.equal(await going.taker(from(actId), shown, at, undefined), expected);
  });
}

test('what the cluster did not take does not go', async () => {
  letGo(false);
  assert.equal(await going.taker(from('act-1'), radius([web]), ENDING, undefined), undefined);
});

test('after an hour it is asked for again', async () => {
  letGo();
  now += 60 * 60_000 + 1;
  assert.equal(await going.taker(from('act-1'), radius([web]), ENDING, undefined), undefined);
});

for (const [what, how, expected] of [
  ['as it was', from('act-1'), true],
  ['at once', from('act-1', {}, { gracePeriodSeconds: 0 }), false],
  ['and what hangs on it stays', from('act-1', {}, {}, 'Orphan'), false],
  [
    'without a look at what is stored',
    from('act-1', {}, { ignoreStoreReadErrorWithClusterBreakingPotential: true }),
    false,
  ],
  ['by an agent', from('act-1', { agent: true }), false],
  ['by another person', from('act-1', { person: 'ben' }), false],
  ['by a tool', from('act-1', { tool: { name: 'bot', sha256: 'ab' } }), false],
  ['by an agent, in another act', from('act-2', { agent: true }), false],
] as const)
  test(`sent again ${what}: ${expected ? 'goes already' : 'asked for'}`, async () => {
    letGo();
    assert.equal((await going.taker(how, radius([web]), ENDING, undefined)) !== undefined, expected);
  });
