import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '@toolcrib/model';
import type { Judged } from '../effects/subject.ts';
import { aHold } from '../journal/testing/records.ts';
import { beginUninstall, recordIn } from './stopped-uninstalls.ts';
import { deletes, map, opened, recordOf, uninstall } from './testing/stopped.ts';

/** The same write, where its record can't be read. */
const unread: Judged = {
  kind: 'not-understood',
  effect: { verb: 'not-understood', target: recordOf('web').target, why: 'it is no release' },
  objects: [],
  aims: [],
};

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

test('a record is told by its resource, namespace and name', () => {
  assert.equal(recordIn(recordOf('web')), '["secrets","shop","sh.helm.release.v1.web.v1"]');
  assert.notEqual(recordIn(recordOf('web')), recordIn(recordOf('other')));
  assert.equal(recordIn({ verb: 'none' }), '[null,null,null]');
});
