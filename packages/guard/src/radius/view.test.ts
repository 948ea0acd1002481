import assert from 'node:assert/strict';
import { test } from 'node:test';
import { object, view } from './testing/objects.ts';
import { isKind, listedKey, listedWhole, ownerFacts } from './view.ts';

const POD = { group: '', kind: 'Pod' };
const MAP = { group: '', kind: 'ConfigMap' };

test('a kind that was listed is known by its group, everywhere or in one namespace', () => {
  assert.equal(listedKey({ group: 'apps', kind: 'Deployment' }), 'apps/Deployment@*');
  assert.equal(listedKey(POD, 'shop'), '/Pod@shop');
});

test('a namespace was listed whole where Pods and ConfigMaps were, and nothing is unseen', () => {
  const whole = (listed: string[], more: object = {}) => listedWhole(view([], { listed, ...more }), 'shop');
  assert.equal(whole([listedKey(POD, 'shop'), listedKey(MAP, 'shop')]), true);
  assert.equal(whole([listedKey(POD), listedKey(MAP, 'shop')]), true);
  assert.equal(whole([listedKey(POD, 'shop')]), false);
  assert.equal(whole([listedKey(POD, 'test'), listedKey(MAP, 'test')]), false);
  const unseen = [{ group: '', kind: 'Secret', why: 'x' }];
  assert.equal(whole([listedKey(POD, 'shop'), listedKey(MAP, 'shop')], { unseen }), false);
});

test('the owner graph is told what was listed, what is absent, and where each kind lives', () => {
  const node = object('v1 Node', 'n');
  const facts = ownerFacts(
    view([node], {
      listed: [listedKey(POD, 'shop'), listedKey(MAP)],
      absent: ['gone'],
      failedGroups: ['broken.io'],
    }),
  );
  assert.deepEqual([facts.objects, [...(facts.absent ?? [])]], [[node], ['gone']]);
  assert.deepEqual(
    [facts.wasListed(POD, 'shop'), facts.wasListed(POD, 'test'), facts.wasListed(POD, undefined)],
    [true, false, false],
  );
  assert.deepEqual([facts.wasListed(MAP, 'test'), facts.wasListed(MAP, undefined)], [true, true]);
  const scope = (group: string, kind: string) => facts.scopeOf({ group, kind });
  assert.deepEqual(
    [scope('', 'Pod'), scope('', 'Node'), scope('broken.io', 'X'), scope('other.io', 'X')],
    ['namespaced', 'cluster', 'unknown', undefined],
  );
});

test('a kind is one of its group, whatever its version', () => {
  assert.equal(isKind({ apiVersion: 'apps/v1beta1', kind: 'Deployment' }, 'apps', 'Deployment'), true);
  assert.equal(isKind({ apiVersion: 'v1', kind: 'Deployment' }, 'apps', 'Deployment'), false);
  assert.equal(isKind({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, 'apps', 'Deployment'), false);
});
