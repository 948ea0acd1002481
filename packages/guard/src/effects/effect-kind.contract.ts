import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Act, Cluster, Radius, SingleEffect } from '@toolcrib/model';
import { effectSchema } from '@toolcrib/model/records/effect';
import { factsOf } from '../decide/facts.ts';
import { asked } from '../testing/way.ts';
import { likenessOf } from '../way/request-key.ts';
import type { Example } from './effect-kind.ts';
import { effectsOf } from './effect-of.ts';
import { KINDS, kindOf, unreadWhy } from './index.ts';
import type { Destructive } from './subject.ts';

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

/** What holds of every kind of effect: it has an example of its own, and the request that comes to it. */
export function effectKindContract(verb: string, { example }: { example: Example<SingleEffect> }): void {
  describe(`the effect ${verb}`, () => {
    const { effect, other, from } = example;
    const kind = kindOf(effect);
    const { method, path, query = '', type = 'application/json', body } = from;
    const request = asked(method, path, {
      query,
      headers: { 'content-type': type },
      body: body ? Buffer.from(JSON.stringify(body)) : new Uint8Array(),
    });

    test('stands in the registry under its own name', () => {
      assert.equal(effect.verb, verb);
      if (other) assert.equal(other.verb, verb);
      // A dry run takes nothing, so it is no other of the same kind.
      if (other) assert.equal(plain(other).dryRun, plain(effect).dryRun);
    });

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
      const like = (one: SingleEffect) => likenessOf({ sender: 'kubectl' }, one as Destructive);
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

    // One object that goes by a request of its own.
    if (kind.targets !== 'go' || kind.oneByOne) return;

    const seen = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop', uid: 'u1' } };

    test('is looked at by a read of its own: what stands there, what may not be read, and what is not there', async () => {
      const looked = (status: number, answered: object) => {
        const answer = { status, headers: {}, body: Buffer.from(JSON.stringify(answered)) };
        const cluster = { request: async () => answer } as Partial<Cluster> as Cluster;
        return kind.look(effect, { request, cluster, as: undefined });
      };
      const found = await looked(200, seen);
      assert.ok(found.kind === 'destructive');
      assert.deepEqual(
        [found.objects, found.aims.map(({ ref }) => ref.uid), found.blind],
        [[seen], ['u1'], undefined],
      );
      const failure = { kind: 'Status', apiVersion: 'v1', status: 'Failure' };
      const blind = await looked(403, { ...failure, code: 403, reason: 'Forbidden' });
      assert.ok(blind.kind === 'destructive' && blind.objects.length === 0);
      assert.match(blind.blind ?? '', /can't be read with these rights/);
      const details = { name: 'a', kind: 'pods' };
      const absent = await looked(404, { ...failure, code: 404, reason: 'NotFound', details });
      assert.ok(absent.kind === 'answered' && absent.answer.do === 'answer');
      assert.equal(absent.answer.status, 404);
    });

    test('goes out for the object that was seen; a precondition of its client stays', () => {
      const own = body && 'deleteOptions' in body ? 'deleteOptions' : undefined;
      /** What goes out of it, sent with these options, once its object was seen or could not be. */
      const outgoing = (options: object, target?: KubeObject) => {
        const bytes = Buffer.from(JSON.stringify(own ? { ...body, [own]: options } : options));
        const sent = asked(method, path, { headers: { 'content-type': type }, body: bytes });
        const [read] = effectsOf(sent);
        assert.equal(read.verb, verb);
        const out = JSON.parse(
          Buffer.from(kind.pinned(read as never, sent, target).body?.bytes ?? '').toString(),
        );
        return (own ? out[own] : out).preconditions;
      };
      assert.deepEqual(outgoing({}, seen), { uid: 'u1' });
      const both = { uid: 'u0', resourceVersion: '7' };
      assert.deepEqual(outgoing({ preconditions: both }, seen), both);
      const version = { resourceVersion: '7' };
      assert.deepEqual(outgoing({ preconditions: version }, seen), { ...version, uid: 'u1' });
      // What may not be read has no UID.
      assert.equal(outgoing({}), undefined);
    });
  });
}
