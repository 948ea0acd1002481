import assert from 'node:assert/strict';
import { test } from 'node:test';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, statefulSet, view } from './testing/objects.ts';
import { fates, first } from './testing/told.ts';

test('a volume stops its claim; a Service without Pods stops', () => {
  const kafka = statefulSet('shop/kafka', 1);
  const volume = radiusOf(view(kafka), [aim(first(kafka, 'PersistentVolume'))]);
  assert.deepEqual(fates(volume), {
    'PersistentVolume pv-data-kafka-0': 'deleted lost',
    'PersistentVolumeClaim data-kafka-0': 'stops restorable',
  });
  const shop = deployment('shop/web', 2);
  const service = object('v1 Service', 'shop/web', {
    spec: { selector: { app: 'web' }, type: 'LoadBalancer' },
  });
  const all = [...shop, service];
  const whole = radiusOf(view(all), [aim(first(shop, 'Deployment'))]);
  assert.equal(fates(whole)['Service web'], 'stops restorable');
  const onePod = radiusOf(view(all), [aim(first(shop, 'Pod'))]);
  assert.equal(fates(onePod)['Service web'], undefined);
});
