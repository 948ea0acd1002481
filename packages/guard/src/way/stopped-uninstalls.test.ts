import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Effect, Hold } from '@toolcrib/model';
import type { Judged } from '../effects/subject.ts';
import { holdDesk } from '../hold/desk.ts';
import { aHold, anAct } from '../journal/testing/records.ts';
import type { HookAt } from '../look/uninstall.ts';
import { handClock } from '../testing/hand-clock.ts';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { loneLease } from '../testing/lease.ts';
import { hookWatches } from './hook-watches.ts';
import type { LiveAct } from './live-act.ts';
import {
  beginUninstall,
  recordIn,
  stoppedHook,
  stoppedUninstall,
  stopUninstall,
} from './stopped-uninstalls.ts';

// The whole way of it is in begun-uninstalls.test.ts; here is what is remembered, and for how long.

const WHY = { why: 'a rule said no' };
const job: HookAt = { group: 'batch', resource: 'jobs', namespace: 'shop', name: 'web-hook' };

function recordOf(release: string): Effect & { verb: 'uninstall' } {
  const name = `sh.helm.release.v1.${release}.v1`;
  const target = { group: '', version: 'v1', resource: 'secrets', namespace: 'shop', name };
  return { verb: 'uninstall', target, release, dryRun: false };
}
const map = (name: string, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name, uid: name },
});
const aimAt = (name: string) => ({
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name },
  type: { group: '', resource: 'configmaps' },
  effect: { does: 'delete' as const, options: {} },
});
/** The write that begins an uninstall which will delete these. */
function uninstall(names: string[], hooks?: HookAt[], release = 'web'): Judged {
  return {
    kind: 'destructive',
    effect: recordOf(release),
    objects: [],
    aims: names.map(aimAt),
    ...(hooks ? { hooks } : {}),
  };
}
function deletes(...objects: KubeObject[]): Judged {
  const [first] = objects;
  const target = {
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace: 'shop',
    name: first?.metadata.name,
  };
  return {
    kind: 'destructive',
    effect: { verb: 'delete', target, options: {}, dryRun: false },
    objects,
    aims: [],
  };
}
/** The same write, where its record can't be read. */
const unread: Judged = {
  kind: 'not-understood',
  effect: { verb: 'not-understood', target: recordOf('web').target, why: 'it is no release' },
  objects: [],
  aims: [],
};

function opened() {
  const hand = handClock(1_000_000);
  const { clock } = hand;
  const desk = holdDesk({ clock, journal: holdsInMemory(), lease: loneLease, log: () => undefined });
  const hooks = hookWatches(clock);
  const live: LiveAct = { act: anAct(), expected: new Map() };
  const deps = { clock, desk, hooks };
  const found = (subject: Judged, shared?: Hold) => {
    const stopped = stoppedUninstall(deps, { live, subject }, shared);
    return stopped && ('why' in stopped ? stopped.why : stopped.hold.code);
  };
  return {
    live,
    desk,
    hooks,
    pass: hand.pass,
    stop: (subject: Judged, how: { code?: string; why?: string } = WHY) =>
      stopUninstall(deps, { live, subject }, how),
    found,
    hook(made: HookAt) {
      const stopped = stoppedHook(deps, live, made);
      return stopped && ('why' in stopped ? stopped.why : stopped.hold.code);
    },
    place: (more: Partial<Hold> = {}) =>
      desk.place(aHold({ effect: recordOf('web'), createdAt: 1_000_000, expiresAt: 9_000_000, ...more }), 0),
    yes: () => desk.answer('K7QM', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000),
  };
}

describe('a delete is a step of a stopped uninstall', () => {
  test('where that was about to delete it, by group, kind, namespace and name, of whichever version', () => {
    const { stop, found } = opened();
    stop(uninstall(['a']));
    assert.equal(found(deletes(map('a'))), 'a rule said no');
    assert.equal(found(deletes(map('other'), map('a'))), 'a rule said no', 'one of several');
    assert.equal(found(deletes(map('a', 'v2'))), 'a rule said no');
    assert.equal(found(deletes(map('b'))), undefined);
    assert.equal(found(deletes(map('a', 'other.io/v1'))), undefined);
    assert.equal(found(deletes({ ...map('a'), kind: 'Secret' })), undefined);
    const elsewhere = { ...map('a'), metadata: { namespace: 'elsewhere', name: 'a' } };
    assert.equal(found(deletes(elsewhere)), undefined);
  });

  test('whatever it deletes, where nobody could read what that was to be', async () => {
    const { stop, found } = opened();
    stop(unread);
    assert.equal(found(deletes(map('any'))), 'a rule said no');
    const later = opened();
    await later.place({ effect: unread.effect });
    assert.equal(later.found(deletes(map('any'))), 'K7QM', 'of which only the desk knows');
  });

  test('not an eviction, a scale or the beginning itself: helm sends none, and the last is judged anew', () => {
    const { stop, found } = opened();
    stop(uninstall(['a']));
    assert.equal(found({ ...uninstall(['a']), objects: [map('a')] }), undefined);
    const target = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };
    const effect = { verb: 'evict', target, options: {}, dryRun: false } as Effect;
    assert.equal(found({ ...deletes(map('a')), effect } as Judged), undefined);
  });

  test('not of one that was let go after all; another release of the same program stays stopped', () => {
    const { stop, found, live } = opened();
    stop(uninstall(['a']));
    stop(uninstall(['b'], [], 'other'));
    beginUninstall(live, deletes(map('a')).effect);
    assert.equal(found(deletes(map('a'))), 'a rule said no');
    beginUninstall(live, recordOf('web'));
    assert.equal(found(deletes(map('a'))), undefined);
    assert.equal(found(deletes(map('b'))), 'a rule said no');
  });

  test('of another write nothing is remembered', () => {
    const { stop, live } = opened();
    stop(deletes(map('a')));
    assert.equal(live.stopped, undefined);
  });

  test('what had been begun by a yes is begun no more', () => {
    const { stop, live } = opened();
    live.begun = new Map([
      [recordIn(recordOf('web')), { hold: aHold(), at: 0 }],
      [recordIn(recordOf('other')), { hold: aHold(), at: 0 }],
    ]);
    stop(uninstall(['a']));
    assert.deepEqual([...live.begun.keys()], [recordIn(recordOf('other'))]);
  });
});

describe('how long', () => {
  test('half a minute after its last new step; the same once more is no step', async () => {
    const { stop, found, pass } = opened();
    stop(uninstall(['a', 'b']));
    await pass(30_000);
    assert.equal(found(deletes(map('a'))), 'a rule said no');
    await pass(30_000);
    assert.equal(found(deletes(map('a'))), 'a rule said no');
    await pass(1);
    assert.equal(found(deletes(map('b'))), undefined, 'since the first try of a');
    assert.equal(found(deletes(map('a'))), undefined);
  });

  test('one helm uninstall does nothing else, as long as it runs', async () => {
    const { stop, found, hook, live, pass } = opened();
    live.oneUninstall = true;
    stop(uninstall(['a'], [job]));
    await pass(60 * 60_000);
    assert.equal(found(deletes(map('a'))), 'a rule said no');
    assert.match(hook(job) ?? '', /a rule said no/);
  });
});

describe('held', () => {
  test('its steps are held under the same code while that is open', async () => {
    const { stop, place, found, desk } = opened();
    await place();
    stop(uninstall(['a']), { code: 'K7QM' });
    assert.equal(found(deletes(map('a'))), 'K7QM');
    await desk.answer('K7QM', { as: 'denied', by: 'ben' }, 60_000);
    assert.equal(found(deletes(map('a'))), undefined, 'the no is said by others');
  });

  test('stopped before a yes to it: to be sent again, also what the yes was used for', async () => {
    const { stop, place, found, hook, yes, desk } = opened();
    await place();
    stop(uninstall(['a'], [job]), { code: 'K7QM' });
    await yes();
    const why = 'it was stopped before the yes to it (K7QM); send it again';
    assert.equal(found(deletes(map('a'))), why);
    assert.equal(hook(job), `its uninstall was refused: ${why}`);
    await desk.takePass('aiko', 'k1');
    assert.equal(desk.get('K7QM')?.state, 'used');
    assert.equal(found(deletes(map('a'))), why);
  });

  test('a hold that nobody knows any more stops nothing', () => {
    const { stop, found, hook } = opened();
    stop(uninstall(['a'], [job]), { code: 'GONE' });
    assert.deepEqual([found(deletes(map('a'))), hook(job)], [undefined, undefined]);
  });

  test('after the thread that stopped it has ended the desk knows: of this act, or of one whose hold is shared', async () => {
    const targets = [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a', uid: 'a' }];
    const radius = { ...aHold().radius, targets };
    for (const [actId, shares, stops] of [
      ['act-000001', false, true],
      ['act-000002', false, false],
      ['act-000002', true, true],
    ] as const) {
      const { place, found, desk } = opened();
      await place({ actId, radius });
      const shared = shares ? desk.get('K7QM') : undefined;
      assert.equal(found(deletes(map('a')), shared), stops ? 'K7QM' : undefined);
      assert.equal(found(deletes(map('b')), shared), undefined);
    }
  });

  test('neither a closed hold nor one of another effect is taken from the desk; what is known is not lost to it', async () => {
    const { place, found, live, yes, stop } = opened();
    await place({ effect: deletes(map('a')).effect });
    assert.equal(found(deletes(map('a'))), undefined);
    assert.equal(live.stopped, undefined);
    await place({ code: 'K7QN', requestKey: 'k2' });
    stop(uninstall(['a']));
    assert.equal(found(deletes(map('a'))), 'a rule said no');
    await yes();
    const other = opened();
    await other.place();
    await other.yes();
    assert.equal(other.found(deletes(map('a'))), undefined);
  });
});

describe('its hooks', () => {
  test('are watched from when it was stopped', () => {
    const { stop, hooks } = opened();
    stop(uninstall(['a'], [job]));
    assert.deepEqual(hooks.keys(), [JSON.stringify(['prod', 'batch', 'jobs', 'shop'])]);
    stop(deletes(map('a')));
    assert.equal(hooks.keys().length, 1, 'a write that begins none');
    stop(uninstall(['a']));
    const pods = JSON.stringify(['prod', '', 'pods', 'shop']);
    assert.ok(hooks.keys().includes(pods), 'where nobody knows them: Jobs and Pods');
  });

  test('by group, resource, namespace and name; without a name it may be any', () => {
    const { stop, hook } = opened();
    stop(uninstall(['a'], [job]));
    const said = 'its uninstall was refused: a rule said no';
    assert.equal(hook(job), said);
    assert.equal(hook({ ...job, name: undefined }), said);
    for (const made of [
      { group: '' },
      { resource: 'pods' },
      { namespace: 'elsewhere' },
      { name: 'web-test' },
    ])
      assert.equal(hook({ ...job, ...made }), undefined);
    stop(uninstall(['a'], [{ ...job, name: undefined }]));
    assert.equal(hook({ ...job, name: 'web-test' }), said);
  });

  test('where nobody knows them: any Job and any Pod of its namespace', () => {
    const { stop, hook } = opened();
    stop(uninstall(['a']));
    for (const at of [job, { ...job, group: '', resource: 'pods' }])
      assert.match(hook(at) ?? '', /a rule said no/);
    assert.equal(hook({ ...job, namespace: 'elsewhere' }), undefined);
    assert.equal(hook({ ...job, resource: 'cronjobs' }), undefined);
  });

  test('as long as its steps are, and no longer', async () => {
    const { stop, hook, pass } = opened();
    stop(uninstall(['a'], [job]));
    await pass(30_000);
    assert.ok(hook(job));
    await pass(1);
    assert.equal(hook(job), undefined);
  });

  test('held with it; refused once somebody said no', async () => {
    const { stop, place, hook, desk } = opened();
    await place();
    stop(uninstall(['a'], [job]), { code: 'K7QM' });
    assert.equal(hook(job), 'K7QM');
    await desk.answer('K7QM', { as: 'denied', by: 'ben' }, 60_000);
    assert.equal(hook(job), 'ben said no to its uninstall (K7QM)');
  });
});

test('a record is told by its resource, namespace and name', () => {
  assert.equal(recordIn(recordOf('web')), '["secrets","shop","sh.helm.release.v1.web.v1"]');
  assert.notEqual(recordIn(recordOf('web')), recordIn(recordOf('other')));
  assert.equal(recordIn({ verb: 'none' }), '[null,null,null]');
});
