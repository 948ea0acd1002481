import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { isMadeAgain } from './endpoints.ts';
import { neededBySoftened } from './needed.ts';
import { radiusOf } from './radius-of.ts';
import { softening } from './softenable.ts';
import { CROWDS, type Crowd } from './testing/crowds.ts';

// How much is done, not how long it takes: whatever is read of the objects is counted. A judgement that grows with the square
// of its objects stands still for minutes in a large namespace, and its thread is taken for stuck.

/** The same objects, and how often something was read of them. */
function counted({ view, aims }: Crowd): { crowd: Crowd; reads(): number } {
  let reads = 0;
  const watch = (object: KubeObject) =>
    new Proxy(object, {
      get(of, name) {
        reads++;
        return Reflect.get(of, name);
      },
    });
  const crowd = { view: { ...view, objects: view.objects.map(watch) }, aims };
  reads = 0;
  return { crowd, reads: () => reads };
}

function grows(name: string, work: (crowd: Crowd) => void): void {
  const [small = 0, large = 0] = [300, 1200].map((shops) => {
    const { crowd, reads } = counted((CROWDS[name] as (shops: number) => Crowd)(shops));
    work(crowd);
    return reads();
  });
  assert.ok(large < small * 4.4, `four times the objects: ${large} reads instead of ${small}`);
}

for (const name of Object.keys(CROWDS))
  test(`a radius grows with its objects: ${name}`, () =>
    grows(name, ({ view, aims }) => assert.ok(radiusOf(view, aims).counts.objects > 5)));

test('so does what is asked about it afterwards: whom softened Pods need, and what could be softened', () => {
  const record = { actId: 'act-1', left: [{ uid: 'Pod ns0 pod1' }] } as unknown as SoftenRecord;
  const softened = (shops: number) =>
    Array.from(
      { length: shops },
      (_, i) => ({ ...record, left: [{ uid: `Pod ns0 pod${i}` }] }) as SoftenRecord,
    );
  grows('every Ingress', ({ view, aims }) => {
    // Pods use no Ingress: each of them has to be asked about.
    const pods = view.objects.filter(({ kind }) => kind === 'Pod').length;
    assert.equal(neededBySoftened(view, radiusOf(view, aims), softened(pods)), undefined);
  });
  grows('every StatefulSet', ({ view, aims }) => {
    const [aim] = aims;
    assert.ok(aim && softening(view, radiusOf(view, aims), aim));
  });
});

test('so does the sorting out of Endpoints that a controller makes', () =>
  grows('a Namespace', ({ view }) => {
    for (const object of view.objects) if (object.kind === 'Endpoints') isMadeAgain(object, view.objects);
  }));
