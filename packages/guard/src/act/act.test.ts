import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Act, Caller, Effect } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { claimOf, waits } from './claim.ts';
import { ACT_PAUSE, belongsTo, callerOf, titleOf } from './group.ts';
import { foretells, sessionLists } from './sessions.ts';

describe('claims', () => {
  for (const [agent, name, version] of [
    ['kubectl/v1.35.2 (linux/amd64) kubernetes/abc', 'kubectl', '1.35.2'],
    ['Helm/3.17.0', 'Helm', '3.17.0'],
    ['k9s/v0.0.0 (linux/amd64) kubernetes/$Format', 'k9s', '0.0.0'],
    ['Mozilla/5.0 (X11)', 'Mozilla', '5.0'],
    ['', undefined, undefined],
    ['nothing to read', undefined, undefined],
  ]) {
    it(`${agent || '(none)'} is ${name}`, () => {
      const claim = claimOf(agent);
      assert.deepEqual([claim.name, claim.version], [name, version]);
    });
  }
  it('only a kubectl with a session waits', () => {
    const agent = { 'user-agent': 'kubectl/v1.35.2' };
    assert.equal(waits({ ...agent, 'kubectl-session': 's' }), true);
    assert.equal(waits(agent), false, 'kubectl 1.20 sends none, and neither does who pretends');
    assert.equal(waits({ 'user-agent': 'k9s/v0.0.0', 'kubectl-session': 's' }), false);
  });
});

describe('one act, many requests', () => {
  const caller = (headers: Record<string, string>, more: Partial<Caller> = {}): Caller => ({
    ...callerOf(asked('DELETE', '/', { headers })),
    ...more,
  });
  const actOf = (by: Caller): Act => ({
    id: 'a',
    context: 'prod',
    caller: by,
    startedAt: 0,
    lastAt: 1000,
    soFar: 1,
    title: '',
  });
  const kubectl = caller({ 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': 's1' });
  const k9s = caller({ 'user-agent': 'k9s/v0.0.0' });
  for (const [what, act, by, context, now, expected] of [
    ['the same session, however late', kubectl, kubectl, 'prod', 1e9, true],
    ['another session', kubectl, { ...kubectl, session: 's2' }, 'prod', 1001, false],
    ['no session after one', kubectl, { ...kubectl, session: undefined }, 'prod', 1001, false],
    ['the same program within the pause', k9s, k9s, 'prod', 1000 + ACT_PAUSE, true],
    ['the same program later', k9s, k9s, 'prod', 1001 + ACT_PAUSE, false],
    ['another program', k9s, caller({ 'user-agent': 'Headlamp' }), 'prod', 1001, false],
    ['another token', k9s, { ...k9s, token: 't2' }, 'prod', 1001, false],
    ['another person', k9s, { ...k9s, person: 'ben' }, 'prod', 1001, false],
    ['another context', kubectl, kubectl, 'test', 1001, false],
  ] as const) {
    it(`${what}: ${expected ? 'the same act' : 'another'}`, () =>
      assert.equal(belongsTo(actOf(act), context, by, now), expected));
  }
});

describe('titles', () => {
  const target = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };
  const rest = { options: {}, dryRun: false };
  for (const [effect, title] of [
    [{ verb: 'delete', target, ...rest }, 'delete pod shop/a'],
    [{ verb: 'delete', target: { ...target, resource: 'ingresses' }, ...rest }, 'delete ingress shop/a'],
    [
      { verb: 'delete', target: { ...target, resource: 'networkpolicies' }, ...rest },
      'delete networkpolicy shop/a',
    ],
    [
      { verb: 'delete', target: { ...target, resource: 'nodes', namespace: undefined, name: 'n1' }, ...rest },
      'delete node n1',
    ],
    [
      { verb: 'delete-collection', target: { ...target, name: undefined, labelSelector: 'app=x' }, ...rest },
      'delete all pods with app=x in shop',
    ],
    [{ verb: 'evict', target, ...rest }, 'evict pod shop/a'],
    [{ verb: 'scale', target, replicas: 0, dryRun: false }, 'scale pod shop/a to 0'],
    [{ verb: 'not-understood', target, why: '' }, 'a request that could not be read on pods'],
  ] as [Effect, string][]) {
    it(title, () => assert.equal(titleOf(effect), title));
  }
});

describe('what a kubectl session listed', () => {
  const read = (path: string, query = '', session = 's1', context = 'prod') => ({
    context,
    session,
    path,
    query,
  });
  it('its lists, each once; not its gets, watches, and waits for one object', () => {
    const sessions = sessionLists();
    const pods = '/api/v1/namespaces/shop/pods';
    sessions.notice(read(pods, 'limit=500'));
    sessions.notice(read(pods, 'limit=500&continue=abc'));
    sessions.notice(read(pods, 'labelSelector=app%3Dx'));
    sessions.notice(read(`${pods}/a`));
    sessions.notice(read(pods, 'watch=true'));
    sessions.notice(read(pods, 'fieldSelector=metadata.name%3Da'));
    sessions.notice(read('/api'));
    const base = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', fieldSelector: undefined };
    assert.deepEqual(sessions.of('prod', 's1'), [
      { ...base, labelSelector: undefined },
      { ...base, labelSelector: 'app=x' },
    ]);
    assert.deepEqual(sessions.of('test', 's1'), [], "another cluster's");
    assert.deepEqual(sessions.of('prod', 's2'), []);
    assert.deepEqual(sessions.of('prod', undefined), []);
  });
  for (const [command, tells] of [
    ['kubectl delete', true],
    ['kubectl drain', true],
    ['kubectl apply', false],
    ['kubectl applyall', true],
    [undefined, true],
  ] as const) {
    it(`${command} goes through what it listed: ${tells}`, () => assert.equal(foretells(command), tells));
  }
  it('the oldest session is forgotten, and no session grows without end', () => {
    const sessions = sessionLists();
    for (let i = 0; i < 501; i++) sessions.notice(read('/api/v1/pods', '', `s${i}`));
    assert.equal(sessions.of('prod', 's0').length, 0);
    assert.equal(sessions.of('prod', 's1').length, 1);
    for (let i = 0; i < 50; i++) sessions.notice(read('/api/v1/pods', `labelSelector=a%3D${i}`, 'many'));
    assert.equal(sessions.of('prod', 'many').length, 20);
  });
});
