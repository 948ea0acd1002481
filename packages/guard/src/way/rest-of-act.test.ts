import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { SqliteJournal } from '../journal/index.ts';
import { aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import type { LiveAct } from './live-act.ts';
import { restOfAct, softenedIn } from './rest-of-act.ts';
import { testDeps } from './testing/deps.ts';

test('of a request that took more objects than a call takes all are kept, and what it names is on the way', async () => {
  const objects = Array.from({ length: 200_000 }, (_none, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${at}`, namespace: 'shop', uid: `u${at}` },
  }));
  const targetUids = objects.map(({ metadata }) => metadata.uid);
  const request = aRequest({ state: 'kept', snapshotId: 'snap-1', targetUids });
  const journal = {
    requests: async () => [request],
    softenings: async () => [],
    snapshot: async () => aSnapshot({ objects }),
  };
  const live = { act: { id: request.actId }, expected: new Map() } as unknown as LiveAct;
  const rest = await restOfAct({ journal }, live, 'another');
  assert.deepEqual([rest.kept.length, rest.ahead.length], [objects.length, objects.length]);
});

for (const state of ['softened', 'started'] as const)
  for (const [what, body, tells] of [
    ['can’t be read', '{', 1],
    ['only a newer version reads', '{"format": 999}', 0],
  ] as const)
    test(`a ${state} act that ${what} hides no other, and is not taken for none`, async (t) => {
      const made = testDeps({});
      t.after(() => made.close());
      const { journal } = made.deps;
      const told: string[] = [];
      const deps = { ...made.deps, damaged: ({ message }: Error) => void told.push(message) };
      await journal.saveSoften(aSoften({ requestId: 'good', state: 'softened' }));
      await journal.saveSoften(aSoften({ requestId: 'claim', state: 'softened', how: 'retain-first' }));
      await journal.saveSoften(aSoften({ requestId: 'elsewhere', state: 'softened', context: 'dev' }));
      const ids = async () => {
        const { records, unread } = await softenedIn(deps, 'prod');
        return [records.map(({ requestId }) => requestId), unread];
      };
      assert.deepEqual(await ids(), [['good'], false]);
      await journal.saveSoften(aSoften({ requestId: 'bad', state }));
      const database = new DatabaseSync((journal as SqliteJournal).file);
      database.prepare("UPDATE softenings SET body = ? WHERE request_id = 'bad'").run(body);
      database.close();
      assert.deepEqual(await ids(), [['good'], true]);
      assert.equal(told.length, tells);
    });

test('a journal that can’t be read tells of no softened act, and that nobody knows', async () => {
  const journal = { softenings: () => Promise.reject(new Error('no journal')) };
  const logged: string[] = [];
  const damaged = () => undefined;
  const found = await softenedIn({ journal, damaged, log: (line) => void logged.push(line) }, 'prod');
  assert.deepEqual([found, logged.length], [{ records: [], unread: true }, 1]);
});
