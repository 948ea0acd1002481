import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { needsJudgement } from './needs-judgement.ts';

describe('what is judged at all', () => {
  const pod = {
    type: 'resource',
    group: '',
    version: 'v1',
    resource: 'pods',
    namespace: 'a',
    name: 'b',
  } as const;
  const web = { ...pod, group: 'apps', resource: 'deployments' } as const;
  for (const [method, target, judged] of [
    ['GET', pod, false],
    ['HEAD', pod, false],
    ['DELETE', pod, true],
    ['delete', pod, true],
    ['PURGE', pod, false],
    ['POST', pod, false],
    ['POST', { ...pod, subresource: 'eviction' }, true],
    ['POST', { ...pod, subresource: 'exec' }, false],
    // Its body may name owners that are not there.
    ['PATCH', pod, true],
    ['PATCH', { ...pod, subresource: 'proxy/a/b' }, false],
    ['PATCH', web, true],
    ['PUT', { ...web, subresource: 'scale' }, true],
    ['PUT', { ...web, subresource: 'status' }, true],
    ['PUT', { ...web, subresource: 'scale/anything' }, true],
    ['PUT', { ...web, subresource: 'scaled' }, true],
    ['DELETE', { ...pod, subresource: 'proxy/a/b' }, false],
    ['PATCH', { ...pod, group: 'db.example.com', resource: 'databases' }, true],
    ['PATCH', { ...pod, group: 'rbac.authorization.k8s.io', resource: 'roles' }, true],
    ['PATCH', { ...pod, group: 'cluster.x-k8s.io', resource: 'machinedeployments' }, true],
    ['PUT', { ...pod, group: 'gateway.networking.k8s.io', resource: 'gateways' }, true],
  ] as const) {
    const unknown = !/^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method);
    it(`${method} ${target.group}/${target.resource}/${'subresource' in target ? target.subresource : ''}: ${judged || unknown}`, () => {
      assert.equal(needsJudgement(method, target, '', false), judged || unknown);
    });
  }
});
