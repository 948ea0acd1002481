import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asUnsure, mayArriveMs, passOver, SENDING } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import { NOW, opened, tear } from './testing/resuming.ts';

// While another request may still take the same, a volume stays on Retain.

test('not while another request for the same may take it; what stays, another object and another namespace are none', async (t) => {
  const until = NOW + 60_000;
  const namespace = (name: string) => ({
    verb: 'delete' as const,
    target: { group: '', version: 'v1', resource: 'namespaces', name },
    options: {},
    dryRun: false as const,
  });
  for (const [more, may] of [
    [{ targetUids: ['uid-claim'] }, true],
    [{ targetUids: ['uid-other'] }, false],
    [{ targetUids: [], effect: namespace('shop') }, true],
    [{ targetUids: [], effect: namespace('elsewhere') }, false],
    [{ targetUids: ['uid-claim'], effect: { verb: 'none' as const } }, false],
  ] as const) {
    const { soften, resume, state, journal } = await opened(t);
    await soften();
    const other = aRequest({ id: 'req-2', ...more, targetUids: [...more.targetUids] });
    await journal.saveRequest(asUnsure(other, 'no answer came', until));
    await resume();
    assert.deepEqual(await state(), [may ? 'started' : 'failed'], JSON.stringify(more));
  }
});

test('one that is kept and on its way may take it as well, until it can not arrive any more', async (t) => {
  const { soften, resume, state, journal, pass } = await opened(t);
  await soften();
  const kept = aRequest({
    id: 'req-2',
    at: NOW,
    state: 'kept',
    snapshotId: 'snap-1',
    targetUids: ['uid-claim'],
  });
  await journal.keep(aSnapshot({ requestId: 'req-2' }), kept);
  // A minute for the sending.
  await pass(60_000 + mayArriveMs() - 1);
  await resume();
  assert.deepEqual(await state(), ['started']);
  await pass(1);
  await resume();
  assert.deepEqual(await state(), ['failed']);
});

for (const state of ['kept', 'unsettled'] as const)
  test(`one that is ${state} and can’t be read may take it, until nothing that was sent by now can arrive any more`, async (t) => {
    const { soften, resume, state: states, policy, journal, pass, deps, logged } = await opened(t);
    const told: string[] = [];
    deps.damaged = ({ message }) => void told.push(message);
    await soften();
    await journal.saveAct(anAct({ id: 'act-2' }));
    const other = aRequest({ id: 'req-2', actId: 'act-2', at: NOW, targetUids: ['uid-elsewhere'] });
    if (state === 'unsettled') await journal.saveRequest(asUnsure(other, 'no answer came', NOW + 1));
    else {
      const snapshot = aSnapshot({ actId: 'act-2', requestId: 'req-2' });
      await journal.keep(snapshot, { ...other, state, snapshotId: snapshot.id });
    }
    tear(journal, 'requests', "id = 'req-2'");
    await resume();
    assert.deepEqual([await states(), policy()], [['started'], 'Retain']);
    await pass(SENDING + mayArriveMs() - 1);
    await resume();
    assert.deepEqual([await states(), policy()], [['started'], 'Retain']);
    await pass(1);
    await resume();
    assert.deepEqual([await states(), policy(), logged], [['failed'], 'Delete', []]);
    assert.match(told[0] ?? '', /req-2/);
  });

test('its own request can’t be read: it may arrive as long as any other', async (t) => {
  const { soften, resume, state, journal, pass, deps } = await opened(t);
  deps.damaged = passOver;
  await soften();
  await journal.saveRequest(asUnsure(aRequest(), 'no answer came', NOW + 1));
  tear(journal, 'requests', "id = 'req-1'");
  await resume();
  assert.deepEqual(await state(), ['started']);
  await pass(SENDING + mayArriveMs());
  await resume();
  assert.deepEqual(await state(), ['failed']);
});
