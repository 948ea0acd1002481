import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { parse, stringify } from 'yaml';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';
import { codeOf, type GuardedTarget, openGuardedSandbox, type Reply, send } from '../testing/stage.ts';

/** Longer than any patience here, so that nothing passes because it came to its end by itself. */
const STALL = '60';

const policy = `
apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec:
  clusters: [{context: '*', mode: enforce}]
  rules: [{name: held-here, when: effect.resource == "limitranges", then: hold}]
`;

let cluster: GuardedTarget;
let home: GuardHome;
let guard: RunningGuard;
const stalls = () => {
  try {
    return readFileSync(join(home.folder, 'stalls'), 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
};
const through = (context: string, method: string, path: string): Promise<Reply> =>
  send(guard, method, path, { context });

async function thing(namespace: string, kind: 'ConfigMap' | 'LimitRange', name: string, annotations = {}) {
  const path = paths.core(namespace, `${kind.toLowerCase()}s`);
  await put(cluster.target, path, {
    apiVersion: 'v1',
    kind,
    metadata: { name, annotations },
    ...(kind === 'LimitRange' ? { spec: { limits: [{ type: 'Container', max: { cpu: '64' } }] } } : {}),
  });
  return `${path}/${name}`;
}

/** The stall is in a namespace of its own: the radius of its neighbours lists it, too. */
const inTwo = (body: (namespace: string, other: string) => Promise<void>): Promise<void> =>
  inNamespace(cluster.target, (one) => inNamespace(cluster.target, (two) => body(one, two)));

before(async () => {
  cluster = await openGuardedSandbox();
  const one = parse(cluster.kubeconfig) as { contexts: { name: string; context: object }[] };
  const contexts = ['one', 'two'].map((name) => ({ name, context: one.contexts[0]?.context }));
  home = guardHome(stringify({ ...one, contexts, 'current-context': 'one' }), policy);
  home.env.NODE_OPTIONS = `--import=${new URL('../testing/stall.ts', import.meta.url)}`;
  home.env.STALL_LOG = join(home.folder, 'stalls');
  home.env.GUARD_PATIENCE = join(home.folder, 'patience');
  writeFileSync(home.env.GUARD_PATIENCE, '');
  // Of the usual length they would only make it slow.
  guard = await home.start(undefined, { heartbeat: { every: 50, most: 10 }, answer: 500 });
});
after(async () => {
  await guard?.kill();
  home?.remove();
  await cluster?.target.close();
});

const yes = { as: 'as-sent' } as const;

it('a judgement that does not come to its end stops nobody else; nothing of it is sent; what was held in its context is held still', () =>
  inTwo(async (namespace, other) => {
    const ours = await thing(namespace, 'LimitRange', 'ours');
    const theirs = await thing(namespace, 'LimitRange', 'theirs');
    const calm = await thing(namespace, 'ConfigMap', 'calm');
    const quiet = await thing(namespace, 'ConfigMap', 'quiet');
    const heavy = await thing(other, 'ConfigMap', 'heavy', { 'stall-for-test': STALL });
    const [first, second] = [
      codeOf(await through('one', 'DELETE', ours)),
      codeOf(await through('two', 'DELETE', theirs)),
    ];

    let answered: Reply | undefined;
    const stuck = through('one', 'DELETE', heavy).then((reply) => {
      answered = reply;
      return reply;
    });
    await until('the judgement is stuck', async () => stalls() > 0);
    // All while it is stuck: people are answered, another context's holds can be answered, and its deletes go on.
    assert.equal((await guard.api.status()).held, 2);
    assert.deepEqual((await guard.api.holds()).map(({ code }) => code).sort(), [first, second].sort());
    assert.equal((await guard.api.hold(first)).state, 'open');
    await until('the other context answers', async () => {
      const given = await guard.api.answer(second, yes).catch(() => undefined);
      return given?.state === 'approved';
    });
    assert.equal((await through('two', 'DELETE', theirs)).status, 200);
    assert.equal((await through('two', 'DELETE', calm)).status, 200);
    assert.equal((await through('one', 'GET', heavy)).status, 200, 'reads of the stuck context stop, too');
    // Nor do its writes wait that can destroy nothing: leases are renewed, and statuses written, however long it thinks.
    const write = (method: string, path: string, body: object, type = 'application/merge-patch+json') =>
      send(guard, method, path, { context: 'one', headers: { 'content-type': type }, body });
    assert.equal((await write('PATCH', quiet, { metadata: { labels: { a: 'b' } } })).status, 200);
    const whole = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'quiet', labels: { c: 'd' } } };
    assert.equal((await write('PUT', quiet, whole, 'application/json')).status, 200);
    assert.deepEqual((await seen(cluster.target, quiet))?.metadata.labels, { c: 'd' });
    // An answer to a hold of the stuck context is refused soon, and does not count later.
    await assert.rejects(guard.api.answer(first, yes), {
      code: 'conflict',
      message: /busy judging in one: .* was not answered/,
    });
    assert.equal(answered, undefined, 'this test shows nothing: nothing was stuck any more');
    assert.equal(await seen(cluster.target, calm), undefined);

    rmSync(home.env.GUARD_PATIENCE ?? '');
    const reply = await stuck;
    writeFileSync(home.env.GUARD_PATIENCE ?? '', '');
    assert.equal(reply.status, 504);
    assert.match(reply.body.message ?? '', /nothing was sent/);
    assert.ok(await seen(cluster.target, heavy));
    await until(
      'the context judges again',
      async () => (await through('one', 'DELETE', ours)).status === 403,
    );
    assert.equal((await guard.api.hold(first)).state, 'open');
    assert.ok(await seen(cluster.target, ours));
    await until('its hold can be answered', async () => {
      const given = await guard.api.answer(first, yes).catch(() => undefined);
      return given?.state === 'approved';
    });
    assert.equal((await through('one', 'DELETE', ours)).status, 200);
    assert.equal(await seen(cluster.target, ours), undefined);
    // What was given up is not sent later, by nobody: its thread has ended, and its follower has judged since.
    assert.ok(await seen(cluster.target, heavy));
    assert.equal((await guard.api.status()).unsettled, 0);
  }));
