import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AskedRequest } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { requestHandler } from './request-handler.ts';

// Not everything that is sent to what goes already was shown when its delete was let go.

const AT = '/api/v1/namespaces/default/configmaps';
const RULES = `[
  {name: at-once, when: 'effect.gracePeriodSeconds == 0', then: hold},
  {name: patched, when: 'effect.verb == "scale"', then: hold}]`;

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const json = { 'content-type': 'application/json' };

const more: [string, string, string, Partial<AskedRequest>, RegExp?][] = [
  [
    "at once, against a rule of the person's own",
    RULES,
    'DELETE',
    { headers: json, body: bytes({ gracePeriodSeconds: 0 }) },
  ],
  [
    'bytes that can not be read',
    '[]',
    'PUT',
    { headers: { ...json, 'content-encoding': 'gzip' }, body: Buffer.from([1, 2, 3]) },
  ],
  [
    'a patch that only the server can read',
    '[]',
    'PATCH',
    { headers: { 'content-type': 'application/unknown-patch' }, body: bytes({}) },
    // And it can't: its own no to a dry run of the same bytes is the answer.
    /"code":415/,
  ],
];
for (const [what, rules, method, request, says = /HELD/] of more)
  test(`${what}, of an object that is on its way out: asked for`, async () => {
    const name = `w-${what.replaceAll(/[^a-z]+/g, '-')}`;
    await put(target, AT, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, finalizers: ['example.com/waits'] },
    });
    const { deps, close } = openWay(target.cluster, policyOf(rules));
    const thinking = requestHandler(deps);
    const first = asked('DELETE', `${AT}/${name}`);
    assert.equal((await thinking.judge(first)).do, 'forward');
    await target.https('DELETE', `${AT}/${name}`);
    thinking.settled(first.id, { status: 200, said: 'yes' });
    const headers = { 'user-agent': 'dashboard/1.0', ...request.headers };
    const told = await thinking.judge(asked(method, `${AT}/${name}`, { ...request, headers }));
    assert.ok(told.do === 'answer');
    assert.match(Buffer.from(told.body).toString(), says);
    await close();
  });
