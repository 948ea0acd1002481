import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { stillCovers } from './fingerprint.ts';
import { radiusOf } from './radius-of.ts';
import { summary } from './summary.ts';
import { aim, object, view } from './testing/objects.ts';
import { tree } from './tree.ts';
import type { View } from './view.ts';

test('a custom kind that can not be listed is only told below a namespaced built-in object', () => {
  const [node, map, kafka] = [
    object('v1 Node', 'n1'),
    object('v1 ConfigMap', 'shop/a'),
    object('k.io/v1 Kafka', 'shop/my'),
  ];
  const namespace = object('v1 Namespace', 'shop');
  const monitor = { group: 'm.io', kind: 'Monitor', namespaced: true, why: 'forbidden' };
  const table: [string, KubeObject[], Partial<View['unseen'][number]>, 'told' | 'counts'][] = [
    ['a ConfigMap', [map], {}, 'told'],
    ['a custom object', [kafka], {}, 'counts'],
    ['both', [map, kafka], {}, 'counts'],
    ['a Node', [node], {}, 'counts'],
    ['a Namespace', [namespace], {}, 'counts'],
    ['one object of it, as an owner', [map], { name: 'my', decides: true }, 'counts'],
    ['a built-in kind', [map], { group: '', kind: 'Secret' }, 'counts'],
  ];
  for (const [what, targets, more, does] of table) {
    const seen = view([node, map, kafka, namespace], { unseen: [{ ...monitor, ...more }] });
    const radius = radiusOf(
      seen,
      targets.map((one) => aim(one)),
    );
    assert.equal(radius.unseen.length, 1, what);
    assert.equal(radius.unseen[0]?.unlikely, does === 'told' ? true : undefined, what);
    assert.equal(radius.state, does === 'told' ? 'complete' : 'incomplete', what);
    assert.equal(/not everything could be seen/.test(summary(radius)), does === 'counts', what);
    assert.match(
      tree(radius),
      does === 'told' ? /- not looked through · .*: Monitor\.m\.io/ : /! not seen: /,
      what,
    );
    const before = radiusOf(
      view([node, map, kafka, namespace]),
      targets.map((one) => aim(one)),
    );
    assert.equal(stillCovers(before, radius).ok, does === 'told', what);
  }
});
