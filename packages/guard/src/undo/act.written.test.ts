import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Hold, Journal } from '@toolcrib/model';
import { aHold, anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen } from '../testing/target.ts';
import { testDeps } from '../way/testing/deps.ts';
import { undoAct } from './act.ts';
import { wentElsewhere } from './elsewhere.ts';

const AT = '/api/v1/namespaces/default/configmaps';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

test('an undo that was done is written down, also where nothing more can be read after it', async () => {
  const { deps, close } = testDeps({ prod: target.cluster });
  try {
    const { journal } = deps;
    const map = await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } });
    await target.https('DELETE', `${AT}/kept`);
    const { id } = anAct();
    await journal.saveAct(anAct({ cluster: await target.cluster.identity() }));
    const uids = { targetUids: [map.metadata.uid ?? ''] };
    await journal.keep(aSnapshot({ objects: [map] }), aRequest({ state: 'kept', at: 0, ...uids }));
    await journal.saveRequest(aRequest({ state: 'answered', status: 200, at: 0, ...uids }));
    const failing: Journal = { ...journal, holds: () => Promise.reject(new Error('the disk is gone')) };
    await assert.rejects(
      undoAct({ ...deps, journal: failing, by: 'aiko' }, id, () => undefined),
      /the disk is gone/,
    );
    assert.ok(await seen(target, `${AT}/kept`));
    const [undo, ...more] = await journal.undos(id);
    assert.deepEqual([undo?.results.map(({ result }) => result), more], [['done'], []]);
  } finally {
    await close();
  }
});

test('where something went is asked of the holds of its act alone', async () => {
  const { deps, close } = testDeps({ prod: target.cluster });
  try {
    const { journal } = deps;
    const read: Hold[] = [];
    const counting: Journal = {
      ...journal,
      holds: async (query) => {
        const found = await journal.holds(query);
        read.push(...found);
        return found;
      },
    };
    for (let i = 0; i < 5; i++)
      await journal.saveHold(aHold({ code: `CODE${i}`, requestId: `r${i}`, actId: `act-of-${i}` }));
    await journal.saveHold(
      aHold({ code: 'SHARE', requestId: 'r9', actId: 'act-of-9', alsoBy: [anAct().id] }),
    );
    await wentElsewhere(counting, anAct());
    assert.deepEqual(
      read.map(({ code }) => code),
      ['SHARE'],
    );
  } finally {
    await close();
  }
});
