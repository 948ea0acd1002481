import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Act, Caller, Effect } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { claimOf, waits } from './claim.ts';
import { ACT_PAUSE, belongsTo, callerOf, commandOf, isRerun, titleOf } from './group.ts';

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

describe('the same program once more', () => {
  const first: Caller = {
    person: 'aiko',
    token: 't1',
    claim: { userAgent: 'helm/4' },
    process: 'p1',
  };
  const actOf = (more: Partial<Caller> = {}): Act => ({
    id: 'a',
    context: 'prod',
    caller: { ...first, ...more },
    startedAt: 0,
    lastAt: 0,
    soFar: 1,
    title: '',
  });
  const tool = { name: 'helm', sha256: 'x' };
  const again = (act: Partial<Caller>, now: Partial<Caller>, lives = false, context = 'prod') =>
    isRerun(actOf(act), context, { ...first, ...now }, () => lives);
  it('started again, or still the same process', () => {
    assert.equal(again({}, {}), true);
    assert.equal(again({}, {}, true), true, 'it is the same process');
    assert.equal(again({}, { process: 'p2' }), true);
    assert.equal(again({ process: undefined }, { process: 'p2' }, true), true, 'no machine tells');
    assert.equal(isRerun(actOf(), 'prod', { ...first, process: 'p2' }), true);
  });
  it('not while the first one lives, nor another context, person, program or kind of sender', () => {
    assert.equal(again({}, { process: 'p2' }, true), false);
    assert.equal(again({}, {}, false, 'test'), false);
    for (const more of [
      { person: 'ben' },
      { token: 't2' },
      { claim: { userAgent: 'k9s' } },
      { agent: true },
      { session: 's' },
      { tool },
    ])
      assert.equal(again({}, more), false, JSON.stringify(more));
  });
  it('runs have tokens of their own: there the digest tells', () => {
    assert.equal(again({ tool }, { tool, token: 't2' }), true);
    assert.equal(again({ tool }, { tool: { ...tool, sha256: 'y' } }), false);
    assert.equal(again({ session: 'a' }, { session: 'b' }), true, 'kubectl has a new session each time');
  });
  it('a command is a session, a process, or a program by its own name', () => {
    assert.equal(commandOf(actOf({ session: 's1' })), 's1');
    assert.equal(commandOf(actOf()), 'p1');
    assert.equal(commandOf(actOf({ process: undefined })), 't1 helm/4');
  });
  it('two processes of one program are two acts; one command may name itself twice', () => {
    const act = { ...actOf(), lastAt: 0 };
    assert.equal(belongsTo(act, 'prod', { ...first, process: 'p2' }, 1), false);
    const renamed = { ...first, claim: { userAgent: 'Go-http-client/2' } };
    assert.equal(belongsTo(act, 'prod', renamed, 1), false);
    assert.equal(belongsTo(act, 'prod', renamed, 1, true), true);
    assert.equal(belongsTo(actOf({ process: undefined }), 'prod', renamed, 1, true), false);
    assert.deepEqual(callerOf(asked('GET', '/'), { id: 'p9' } as never).process, 'p9');
    assert.equal('process' in callerOf(asked('GET', '/')), false);
  });
});
