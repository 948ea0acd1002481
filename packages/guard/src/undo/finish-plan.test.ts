import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import type { LeftView } from './finish-plan.ts';
import { planFinish } from './finish-plan.ts';
import { object, owned } from './testing/kept.ts';
import { kinds } from './testing/memory-cluster.ts';

test('finish: only what is nobody’s and still carries the mark; claims only where the set deleted them', () => {
  const carrying = { labels: { [marks.act]: 'a' } };
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'db', uid: 'gone' };
  const pod = object('v1 Pod', 'db-0', { metadata: carrying });
  const adopted = object('v1 Pod', 'db-1', {
    metadata: { ...carrying, ...owned(object('apps/v1 StatefulSet', 'new')) },
  });
  const unmarked = object('v1 Pod', 'db-2');
  const claim = object('v1 PersistentVolumeClaim', 'data-db-0', { metadata: carrying });
  const view: LeftView = {
    kinds,
    objects: [claim, pod, adopted, unmarked],
    volumes: [],
    use: { pods: [pod, adopted, unmarked] },
  };
  const record = (more: Partial<SoftenRecord>): SoftenRecord => ({
    actId: 'a',
    requestId: 'r',
    context: '',
    owner,
    left: [],
    finishAfter: 1_000,
    state: 'softened',
    ...more,
  });
  const steps = (more: Partial<SoftenRecord>) =>
    planFinish(record(more), view, 2_000).steps.map((step) =>
      step.do === 'none'
        ? `${step.result.result} ${step.result.what}`
        : `${step.do} ${step.do === 'reclaim' ? step.name : step.object.metadata.name}`,
    );
  assert.deepEqual(steps({ claims: 'Delete' }), [
    'delete db-0',
    'unmark db-1',
    'skipped Pod shop/db-2',
    'delete data-db-0',
  ]);
  assert.deepEqual(steps({ claims: 'Retain' }).at(-1), 'unmark data-db-0');
  assert.deepEqual(steps({ state: 'undone' }), ['skipped StatefulSet shop/db']);
  const grace = (gracePeriodSeconds?: number) => {
    const [step] = planFinish(record({ gracePeriodSeconds }), view, 2_000).steps;
    return step?.do === 'delete' ? step.options.gracePeriodSeconds : 'none';
  };
  assert.equal(grace(7), 7);
  assert.equal(grace(0), undefined, 'a forced owner never forced its Pods');
  assert.equal(grace(), undefined);
  assert.equal(planFinish(record({}), view, 1_000 + 25 * 3_600_000).askFirst, true);
  assert.equal(planFinish(record({}), view, 1_000 + 23 * 3_600_000).askFirst, false);
});
