import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aHold } from '../journal/testing/records.ts';
import { deletes, job, map, opened, uninstall } from './testing/stopped.ts';

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
