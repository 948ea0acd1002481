import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Act, Effect, EffectVerb, Radius } from '@toolcrib/model';
import { effectSchema } from '@toolcrib/model/records/effect';
import { factsOf } from '../decide/facts.ts';
import { asked } from '../testing/way.ts';
import { likenessOf } from '../way/request-key.ts';
import type { EffectOf } from './effect-kind.ts';
import { effectsOf } from './effect-of.ts';
import { KINDS, kindOf, unreadWhy } from './index.ts';
import type { Destructive } from './subject.ts';

// One contract over all kinds of effects: an example of each, and the request that comes to it.

const pods = { group: '', version: 'v1', resource: 'pods', namespace: 'shop' };
const pod = { ...pods, name: 'a', labelSelector: undefined, fieldSelector: undefined };
const web = { ...pod, group: 'apps', resource: 'deployments', name: 'web' };
const record = { ...pod, resource: 'secrets', name: 'sh.helm.release.v1.web.v3' };
const all = { ...pod, name: undefined, labelSelector: 'app=web' };
const now = { options: { gracePeriodSeconds: 0 }, propagation: undefined, dryRun: false };

interface Example<E> {
  /** From which it is read. */
  from: Parameters<typeof asked>;
  effect: E;
  /** Another of the same kind, of which a yes to the first says nothing. */
  other?: E;
  title: string;
  typed: string;
  /** What rules see. */
  facts: Partial<Record<string, unknown>>;
  undo: string;
}

const json = (body: object, type = 'application/json') => ({
  headers: { 'content-type': type },
  body: Buffer.from(JSON.stringify(body)),
});
const AT = '/api/v1/namespaces/shop/pods';
const merge = 'application/merge-patch+json';

const EXAMPLES: { [V in EffectVerb]: Example<EffectOf<V>> } = {
  delete: {
    from: ['DELETE', `${AT}/a`, { query: 'gracePeriodSeconds=0' }],
    effect: { verb: 'delete', target: pod, ...now },
    other: { verb: 'delete', target: pod, ...now, options: {} },
    title: 'delete pod shop/a',
    typed: 'delete pods/a -n shop',
    facts: { verb: 'delete', resource: 'pods', name: 'a', gracePeriodSeconds: 0, replicas: -1 },
    undo: 'bring-back',
  },
  'delete-collection': {
    from: ['DELETE', AT, { query: 'labelSelector=app%3Dweb&gracePeriodSeconds=0' }],
    effect: { verb: 'delete-collection', target: all, ...now },
    other: { verb: 'delete-collection', target: all, ...now, propagation: 'Orphan' },
    title: 'delete all pods with app=web in shop',
    typed: 'delete all pods -n shop',
    facts: { verb: 'delete', resource: 'pods', name: '' },
    undo: 'bring-back',
  },
  evict: {
    from: ['POST', `${AT}/a/eviction`, json({ deleteOptions: { gracePeriodSeconds: 0 } })],
    effect: { verb: 'evict', target: pod, ...now },
    other: { verb: 'evict', target: pod, ...now, options: {} },
    title: 'evict pod shop/a',
    typed: 'evict pods/a -n shop',
    facts: { verb: 'evict', resource: 'pods', name: 'a' },
    undo: 'bring-back',
  },
  scale: {
    from: ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', json({ spec: { replicas: 0 } }, merge)],
    effect: { verb: 'scale', target: web, replicas: 0, dryRun: false },
    other: { verb: 'scale', target: web, replicas: 1, dryRun: false },
    title: 'scale deployment shop/web to 0',
    typed: 'scale deployments/web -n shop to 0',
    facts: { verb: 'scale', resource: 'deployments', replicas: 0 },
    undo: 'resize',
  },
  uninstall: {
    from: [
      'PATCH',
      `/api/v1/namespaces/shop/secrets/${record.name}`,
      json({ metadata: { labels: { status: 'uninstalling' } } }, merge),
    ],
    effect: { verb: 'uninstall', target: record, release: 'web', dryRun: false },
    title: 'helm uninstall shop/web',
    typed: 'helm uninstall web -n shop',
    facts: { verb: 'delete', group: 'helm.sh', resource: 'releases', name: 'web' },
    undo: 'rewrite',
  },
  none: {
    from: ['POST', AT, json({})],
    effect: { verb: 'none' },
    title: 'nothing',
    typed: 'nothing',
    facts: { verb: 'none' },
    undo: 'nothing',
  },
  'not-understood': {
    from: ['DELETE', `${AT}/a/log`],
    effect: { verb: 'not-understood', target: pod, why: 'DELETE of the subresource log is unknown' },
    title: 'a request that could not be read on pods',
    typed: 'not-understood pods/a -n shop',
    facts: { verb: 'not-understood', resource: 'pods' },
    undo: 'compare',
  },
};

const act: Act = {
  id: 'a',
  context: 'prod',
  caller: { person: 'aiko', token: 't', claim: { userAgent: '' } },
  startedAt: 0,
  lastAt: 0,
  soFar: 1,
  title: '',
};
const radius = { state: 'complete', counts: {} } as unknown as Radius;
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

for (const [verb, example] of Object.entries(EXAMPLES) as [EffectVerb, Example<Effect>][])
  describe(`the effect ${verb}`, () => {
    const { effect, other, from } = example;
    const kind = kindOf(effect);
    const request = asked(...from);

    test('is read from its request, by its own kind or what comes before it', () => {
      assert.deepEqual(plain(effectsOf(request)), [plain(effect)]);
    });

    test('has a form that is stored and read back as it is', () => {
      assert.deepEqual(plain(effectSchema.parse(effect)), plain(effect));
      const verbs = effectSchema.options.map(({ shape }) => shape.verb.value);
      assert.deepEqual(verbs.toSorted(), [...Object.keys(KINDS), 'several'].toSorted());
    });

    test('has its title and its words, which an envelope goes on with', () => {
      assert.equal(kind.title(effect), example.title);
      assert.equal(kind.typed(effect, ''), example.typed);
      assert.ok(kind.asSentWhy(effect, 2).length > 10);
    });

    test('shows rules its facts', () => {
      const facts: Record<string, unknown> = factsOf({ effect, radius, act }).effect;
      for (const [name, value] of Object.entries(example.facts)) assert.equal(facts[name], value, name);
    });

    test('is like itself, and not like one that does something else', () => {
      const like = (one: Effect) => likenessOf({ sender: 'kubectl' }, one as Destructive);
      assert.equal(like(effect), like(structuredClone(effect)));
      if (other) assert.notEqual(like(effect), like(other));
    });

    test('aims at the object that was seen, or at none', () => {
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a', uid: 'u1' };
      const aim = kind.aim(effect, ref);
      if (aim)
        assert.deepEqual([aim.ref, aim.type.resource], [ref, 'target' in effect && effect.target?.resource]);
      else assert.ok(kind.targets !== 'go');
    });

    test('is undone in its own way, and only what can be read is decided by rules', () => {
      assert.equal(kind.undo, example.undo);
      assert.equal(unreadWhy(effect) === undefined, verb !== 'not-understood');
      // What goes with a certain yes has a look that tells so.
      if (kind.targets === 'go') assert.ok(kind.became);
      // Softened and read ahead is only what is a delete of one object.
      assert.equal(kind.asDelete(effect) !== undefined, verb === 'delete');
      // A Pod is passed without its radius only where it is deleted.
      assert.equal(kind.cheap !== undefined, verb === 'delete' || verb === 'evict');
    });
  });
