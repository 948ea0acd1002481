import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type As, type Cluster, ToolcribError } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { deleteCollectionKind as kind } from './delete-collection.ts';
import { effectKindContract } from './effect-kind.contract.ts';
import { effectsOf } from './effect-of.ts';

effectKindContract('delete-collection', kind);

const AT = '/api/v1/namespaces/shop/configmaps';
const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop' };
const effect = { verb: 'delete-collection' as const, target, options: {}, dryRun: false };
const read = (method: string, path: string, query = '', body?: object) =>
  effectsOf(asked(method, path, { query, ...(body && { body: Buffer.from(JSON.stringify(body)) }) }))[0];
const object = (name: string, uid: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', uid },
});

test('a DELETE without a name is one, with its selectors; with a name or of a subresource it is none', () => {
  const found = read('DELETE', AT, 'labelSelector=app%3Dx&fieldSelector=metadata.name%3Da');
  assert.ok(found.verb === 'delete-collection');
  const { labelSelector, fieldSelector, namespace, resource } = found.target;
  assert.deepEqual(
    [labelSelector, fieldSelector, namespace, resource],
    ['app=x', 'metadata.name=a', 'shop', 'configmaps'],
  );
  const verbs = (path: string) => effectsOf(asked('DELETE', path)).map(({ verb }) => verb);
  assert.deepEqual([verbs(AT), verbs(`${AT}/a`)], [['delete-collection'], ['delete']]);
  assert.deepEqual(verbs(`${AT}/a/status`), ['not-understood']);
  assert.equal(read('POST', AT, '', object('a', 'u1')).verb, 'none');
});

test('what its options say counts, from the query or the body; an option that nobody knows is not passed over', () => {
  const said = [
    read('DELETE', AT, 'propagationPolicy=Orphan&dryRun=All'),
    read('DELETE', AT, '', { propagationPolicy: 'Orphan', dryRun: ['All'] }),
    read('DELETE', AT, '', { orphanDependents: true, dryRun: ['All'] }),
  ];
  for (const one of said) {
    assert.ok(one.verb === 'delete-collection');
    assert.deepEqual([one.propagation, one.dryRun], ['Orphan', true]);
  }
  const plain = read('DELETE', AT);
  assert.ok(plain.verb === 'delete-collection');
  assert.deepEqual([plain.propagation, plain.dryRun], [undefined, false]);
  assert.equal(read('DELETE', AT, '', { shardSelector: 'x' }).verb, 'not-understood');
});

test('people read what all of it is', () => {
  const some = { ...effect, target: { ...target, labelSelector: 'app=x' } };
  assert.equal(kind.title(effect), 'delete all configmaps in shop');
  assert.equal(kind.title(some), 'delete all configmaps with app=x in shop');
  assert.equal(
    kind.title({ ...effect, target: { ...target, namespace: undefined } }),
    'delete all configmaps',
  );
  assert.equal(kind.typed?.(effect, ' (+ 1 more)'), 'delete all configmaps -n shop (+ 1 more)');
  assert.match(kind.asSentWhy?.(effect, 3) ?? '', /takes 3 objects with one yes.*delete it by itself/);
});

const TYPE = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  verbs: ['list', 'delete', 'deletecollection'],
};

type Resources = Awaited<ReturnType<Cluster['resources']>>['resources'];

/** What it is about, in a cluster that has these or that says this; and what the cluster was asked. */
async function looked(list: KubeObject[] | Error, allowed = true, types = [TYPE], query = '') {
  const as: As = { token: 't' } as Partial<As> as As;
  const questions: unknown[][] = [];
  const cluster = {
    resources: async () => ({ resources: types as Resources }),
    mayI: async (...question: unknown[]) => {
      questions.push(question);
      return { allowed };
    },
    list: async (...question: unknown[]) => {
      questions.push(question);
      if (list instanceof Error) throw list;
      return list;
    },
  } as Partial<Cluster> as Cluster;
  const sought = { ...effect, target: { ...target, labelSelector: 'app=x' }, propagation: 'Orphan' as const };
  const found = await kind.look?.(sought, { request: asked('DELETE', AT, { query }), cluster, as });
  return { found, questions, as, sought };
}

const orphaning = { does: 'delete', options: { orphanDependents: undefined, propagationPolicy: 'Orphan' } };

test('all that its selector matches is looked at, as the person who asks, each as an aim with its UID', async () => {
  const all = [object('a', 'u1'), object('b', 'u2')];
  const { found, questions, as, sought } = await looked(all);
  assert.ok(found?.kind === 'destructive');
  assert.deepEqual([found.effect, found.objects, found.blind], [sought, all, undefined]);
  assert.deepEqual(
    found.aims.map(({ ref, type, effect }) => [ref.name, ref.uid, type, effect]),
    [
      ['a', 'u1', { group: '', resource: 'configmaps' }, orphaning],
      ['b', 'u2', { group: '', resource: 'configmaps' }, orphaning],
    ],
  );
  assert.deepEqual(questions, [
    [{ verb: 'deletecollection', ...target }, as],
    [sought.target, { namespace: 'shop', labelSelector: 'app=x', fieldSelector: undefined }, as],
  ]);
});

test('what the cluster would refuse is answered so, before anything is listed', async () => {
  const noRight = await looked([object('a', 'u1')], false);
  assert.ok(noRight.found?.kind === 'answered' && noRight.found.answer.do === 'answer');
  assert.deepEqual([noRight.found.answer.status, noRight.questions.length], [403, 1]);
  const noVerb = await looked([], true, [{ ...TYPE, verbs: ['list', 'delete'] }]);
  assert.ok(noVerb.found?.kind === 'answered' && noVerb.found.answer.do === 'answer');
  assert.deepEqual([noVerb.found.answer.status, noVerb.questions], [405, []]);
  const inPart = await looked([object('a', 'u1')], true, [TYPE], 'limit=1');
  assert.ok(inPart.found?.kind === 'answered' && inPart.found.answer.do === 'answer');
  assert.deepEqual([inPart.found.answer.status, inPart.questions], [400, []]);
});

test('a list that fails is never taken for an empty one', async () => {
  const said = { status: 400, reason: 'BadRequest', message: 'unable to parse requirement' };
  const { found } = await looked(new ToolcribError('api', 'It said no.', { cause: said }));
  assert.ok(found?.kind === 'answered' && found.answer.do === 'answer');
  assert.equal(found.answer.status, 400);
  await assert.rejects(looked(new ToolcribError('unreachable', 'Nobody answers.')), { code: 'unreachable' });
});

test('it goes out one by one, each for what was seen; a dry run says so in its own body', () => {
  assert.equal(kind.oneByOne, true);
  const out = kind.asDryRun?.(
    { ...effect, options: { gracePeriodSeconds: 5 } },
    asked('DELETE', AT, { query: 'labelSelector=app%3Dx&gracePeriodSeconds=5' }),
  );
  assert.equal(out?.query, 'labelSelector=app%3Dx');
  const body = JSON.parse(Buffer.from(out?.body?.bytes ?? '').toString());
  assert.deepEqual([body.dryRun, body.gracePeriodSeconds], [['All'], 5]);
});

test('rules see a delete; no answer says that nothing has gone; a yes is to its own options', () => {
  assert.deepEqual(kind.facts?.(effect), { verb: 'delete' });
  for (const status of [400, 403, 404, 409, 500]) assert.equal(kind.refusedBy?.(status), false);
  assert.equal(kind.asDelete, undefined);
  assert.notEqual(kind.likeness?.(effect), kind.likeness?.({ ...effect, propagation: 'Orphan' }));
  // What the server does where nothing is said.
  assert.equal(kind.likeness?.(effect), kind.likeness?.({ ...effect, propagation: 'Background' }));
});

test('its examples differ in nothing but what becomes of what they own, so that this alone makes them unlike', () => {
  const { effect: one, other } = kind.example;
  assert.deepEqual(other, { ...one, propagation: 'Orphan' });
  assert.notEqual(one.propagation, 'Orphan');
});
