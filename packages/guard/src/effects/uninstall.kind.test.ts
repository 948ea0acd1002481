import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type Cluster, type RequestRecord, ToolcribError } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { effectKindContract } from './effect-kind.contract.ts';
import { effectsOf } from './effect-of.ts';
import { uninstallKind as kind } from './uninstall.ts';

// What the kind says of itself, without a cluster of which it is more than a few answers.

effectKindContract('uninstall', kind);

const NAME = 'sh.helm.release.v1.web.v3';
const AT = `/api/v1/namespaces/shop/secrets/${NAME}`;
const target = { group: '', version: 'v1', resource: 'secrets', namespace: 'shop', name: NAME };
const effect = { verb: 'uninstall' as const, target, release: 'web', dryRun: false as const };
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const verbsOf = (method: string, type: string, body: Uint8Array) =>
  effectsOf(asked(method, AT, { headers: { 'content-type': type }, body })).map(({ verb }) => verb);
const json = (body: object) => Buffer.from(JSON.stringify(body));

/** A Secret of that status, as helm's own client writes it: a field is its number, its length and its bytes. */
function inProtobuf(status: string): Uint8Array {
  const field = (number: number, ...parts: (string | Buffer)[]): Buffer => {
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
    return Buffer.from([(number << 3) | 2, bytes.length, ...bytes]);
  };
  const labels = field(11, field(1, 'status'), field(2, status));
  const secret = field(1, field(1, NAME), labels);
  return Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, field(1, 'v1'), field(2, 'Secret')),
    field(2, secret),
  ]);
}

test('only a record that is written with the status of an uninstall begins one, in JSON or as helm writes it', () => {
  assert.deepEqual(verbsOf('PUT', PROTOBUF, inProtobuf('uninstalling')), ['uninstall']);
  assert.deepEqual(verbsOf('PUT', PROTOBUF, inProtobuf('deployed')), ['none']);
  const labels = { status: 'uninstalling' };
  assert.deepEqual(verbsOf('PUT', 'application/json', json({ metadata: { labels } })), ['uninstall']);
  // No patch is written so.
  assert.deepEqual(verbsOf('PATCH', PROTOBUF, inProtobuf('deployed')), ['not-understood']);
  const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const encoded = asked('PUT', AT, { headers: packed, body: json({ metadata: { labels } }) });
  assert.equal(effectsOf(encoded)[0].verb, 'not-understood');
  const upgrade = asked('PUT', AT, {
    headers: { 'content-type': 'application/json' },
    body: json({ metadata: { labels: { status: 'deployed' } } }),
  });
  const path = { type: 'resource' as const, ...target };
  const sent = { ...upgrade, path, target, query: new URLSearchParams() };
  assert.deepEqual(kind.read?.(sent), { verb: 'none' });
});

test('whether a request may begin one is seen from its method and its path together', () => {
  const path = { type: 'resource' as const, ...target };
  assert.equal(kind.mayBe?.('PUT', path), true);
  assert.equal(kind.mayBe?.('GET', path), false);
  assert.equal(kind.mayBe?.('PUT', { ...path, name: 'conf' }), false);
});

test('people read the command; without a namespace too', () => {
  assert.equal(kind.typed?.(effect, ''), 'helm uninstall web -n shop');
  assert.equal(
    kind.typed?.({ ...effect, target: { ...target, namespace: undefined } }, ''),
    'helm uninstall web -n ',
  );
});

test('its deletes are as helm sends them, and a refusal took nothing', () => {
  assert.equal(kind.beginsUninstall?.(effect), true);
  assert.equal(kind.likeness?.(effect), JSON.stringify(['Background', null, false]));
  assert.deepEqual(
    [409, 429, 504].map((status) => kind.refusedBy?.(status)),
    [true, false, false],
  );
});

const recordOf = (uid: string, status?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: NAME, namespace: 'shop', uid, ...(status ? { labels: { status } } : {}) },
});

/** What it is about where the GET of its record is answered so. */
function looked(status: number, body: object, more: Partial<Cluster> = {}) {
  const request = async () => ({ status, headers: {}, body: json(body) });
  const cluster = { request, ...more } as Partial<Cluster> as Cluster;
  return kind.look?.(effect, { request: asked('PUT', AT), cluster, as: undefined });
}
const failure = { apiVersion: 'v1', kind: 'Status', status: 'Failure' };

test('without its record nothing goes; one that may not be read is said, one that can not be read is all that it names', async () => {
  const details = { name: NAME, kind: 'secrets' };
  const absent = await looked(404, { ...failure, code: 404, reason: 'NotFound', details });
  assert.deepEqual(absent, { kind: 'harmless' });
  const blind = await looked(403, { ...failure, code: 403, reason: 'Forbidden' });
  assert.ok(blind?.kind === 'destructive' && blind.objects.length === 0);
  assert.match(blind.blind ?? '', /can't be read with these rights/);
  const record = { ...recordOf('u1', 'deployed'), data: { release: 'aGVsbG8=' } };
  const unread = await looked(200, record);
  assert.ok(unread?.kind === 'not-understood');
  assert.deepEqual([unread.objects, unread.effect.target], [[record], target]);
  assert.ok(unread.effect.why.length > 10);
});

test('a cluster that can not be asked is no record that can not be read', async () => {
  const packed = Buffer.from(JSON.stringify({ name: 'web', namespace: 'shop', manifest: '', info: {} }));
  const data = { release: Buffer.from(packed.toString('base64')).toString('base64') };
  const list = async () => {
    throw new ToolcribError('unreachable', 'Nobody answers.');
  };
  await assert.rejects(async () => looked(200, { ...recordOf('u1', 'deployed'), data }, { list }), {
    code: 'unreachable',
  });
});

test('what became of it is told by its record', async () => {
  const became = (now: KubeObject | undefined, targets: KubeObject[], kept = true) => {
    const get: Cluster['get'] = async (type, at) => {
      assert.deepEqual([type.resource, at], ['secrets', { namespace: 'shop', name: NAME }]);
      return now;
    };
    const cluster = { get } as Partial<Cluster> as Cluster;
    const takenByLater = async () => new Set<string>();
    return kind.became?.({ request: {} as RequestRecord, effect, cluster, kept, targets, takenByLater });
  };
  const before = recordOf('u1', 'deployed');
  const done = async (...asked: Parameters<typeof became>) => {
    const found = await became(...asked);
    return found && 'done' in found ? found.done : found?.never;
  };
  assert.equal(await done(before, [before]), 'none');
  assert.equal(await done(recordOf('u1', 'uninstalling'), [before]), 'all');
  assert.equal(await done(recordOf('u2', 'deployed'), [before]), 'all');
  assert.equal(await done(recordOf('u1'), [before]), 'all');
  assert.equal(await done(undefined, [before]), 'all');
  assert.equal(await done(before, [before], false), 'nothing of it was kept to compare with');
  assert.equal(await done(before, []), 'what it was to hit is not known');
});
