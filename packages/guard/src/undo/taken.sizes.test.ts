import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import type { LiveView } from './live.ts';
import { asked, but, live, object, snapshotOf, web } from './testing/kept.ts';
import { again, kept, looked, nothing, took } from './testing/taken-look.ts';

test('a scale took what is not at its size any more; one that was refused took nothing', () => {
  const scale = (more: Partial<RequestRecord> = {}, was?: number): RequestRecord =>
    asked({
      method: 'PATCH',
      effect: {
        verb: 'scale',
        target: web,
        replicas: 0,
        dryRun: false,
        ...(was === undefined ? {} : { was }),
      },
      ...more,
    });
  const sized = (replicas: number | undefined, uid?: string) =>
    but(kept, { spec: { replicas }, metadata: uid ? { uid } : {} });
  const unsure = { state: 'unsettled' } as const;
  const same = nothing('its size is what it was', 'PATCH /web');
  assert.deepEqual(looked([scale(unsure)], { standing: [kept] }), same);
  assert.deepEqual(looked([scale(unsure)], { standing: [sized(0)] }), took('r unsettled'));
  assert.deepEqual(looked([scale(unsure)], { standing: [sized(3, 'another')] }), took('r unsettled'));
  assert.deepEqual(looked([scale(unsure)]), took('r unsettled'));
  assert.deepEqual(looked([scale()], { standing: [kept] }), took('r answered'), 'the cluster said yes');
  assert.deepEqual(
    looked([scale({ status: 403 })], { standing: [sized(0)] }),
    nothing('the cluster refused it (403)', 'PATCH /web'),
  );
  // Where nobody knows its size nothing says that it is what it was.
  const sizeless = but(kept, { spec: {} });
  const blind = { snapshots: [snapshotOf([sizeless])], standing: [sizeless] };
  assert.deepEqual(looked([scale(unsure)], blind), took('r unsettled'));
  // A custom resource keeps it elsewhere: what its `/scale` says counts.
  const at = (sizes: LiveView['sizes']) =>
    looked([scale(unsure, 2)], { view: { ...live([kept], [kept]), ...(sizes ? { sizes } : {}) } });
  const key = Object.keys(live([kept]).at)[0] ?? '';
  assert.deepEqual(at({ [key]: 2 }), same);
  assert.deepEqual(at({ [key]: 3 }), took('r unsettled'));
  assert.deepEqual(at(undefined), took('r unsettled'));
});

test('a workload that is only created took Pods over where it stands, or was said to', () => {
  const creates = (more: Partial<RequestRecord> = {}): RequestRecord =>
    asked({
      method: 'POST',
      effect: { verb: 'scale', target: web, replicas: 0, dryRun: false, adopts: '3 Pods' },
      ...more,
    });
  const unsure = { state: 'unsettled' } as const;
  assert.deepEqual(looked([creates(unsure)]), nothing('what it was to create is not there', 'POST /web'));
  assert.deepEqual(looked([creates(unsure)], { standing: [again] }), took('r unsettled'));
  assert.deepEqual(looked([creates()]), took('r answered'));
});

test('that a first try was refused is no news where the act then took something', () => {
  const first = asked({ id: 'r1', status: 409, targetUids: ['gone'] });
  const second = asked({ id: 'r2' });
  const snapshots = [snapshotOf([kept], { requestId: 'r2' })];
  assert.deepEqual(looked([first, second], { snapshots }).told, []);
  const both = [...snapshots, snapshotOf([object('v1 Secret', 's')], { requestId: 'r1' })];
  assert.deepEqual(looked([first, second], { snapshots: both }).told, [
    'unchanged DELETE /web: it took nothing: the cluster refused it (409)',
  ]);
});
