import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Cluster, ClusterResponse } from '@toolcrib/model';
import type { Outcome } from '../request.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { paths, seen } from '../testing/target.ts';
import { ACT, create, replicaSet, stage } from './testing/softened-window.ts';

/** A create that the cluster does not take, or that nobody knows of, ends nothing. */
export function windowNotTakenContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** The cluster, but it answers dry runs so. */
  const dryRuns = (status: number, body: object): Cluster =>
    new Proxy(target.cluster, {
      get: (real, name) =>
        name !== 'request'
          ? Reflect.get(real, name)
          : async (request: { method: string; path: string }): Promise<ClusterResponse> =>
              request.method !== 'GET' && request.path.includes('dryRun=All')
                ? {
                    status,
                    headers: { 'content-type': 'application/json' },
                    body: new TextEncoder().encode(JSON.stringify(body)),
                  }
                : real.request(request),
    });
  const failure = (code: number, reason: string, message: string) => ({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message,
  });
  const NOT_TAKEN: [string, number, object, number][] = [
    ['a quota refuses', 403, failure(403, 'Forbidden', 'exceeded quota: few'), 403],
    [
      'a webhook refuses',
      403,
      failure(403, 'Forbidden', 'admission webhook "policy" denied the request'),
      403,
    ],
    [
      'a webhook takes no dry runs',
      400,
      failure(400, 'BadRequest', 'admission webhook "x" does not support dry run'),
      409,
    ],
    ['a webhook is down', 500, failure(500, 'InternalError', 'failed calling webhook "x"'), 409],
    ['somebody in between answers', 200, { hello: 'log in' }, 409],
    ['somebody in between puts off', 429, {}, 409],
  ];
  for (const [why, status, answer, expected] of NOT_TAKEN) {
    test(`a create that would end it, and ${why}, ends nothing`, () =>
      stage(target, { cluster: dryRuns(status, answer) }, async ({ namespace, send, old }) => {
        const { status: got, text } = await send(create(namespace, replicaSet('other')));
        assert.equal(got, expected, text);
        if (expected === 409) assert.match(text, new RegExp(`toolcrib finish ${ACT}`));
        assert.equal(await old(), 'runs, softened');
        assert.equal(await seen(target, `${paths.apps(namespace, 'replicasets')}/web`), undefined);
      }));
    test(`a create that would adopt, and ${why}: in the cluster's words, or as it is`, () =>
      stage(target, { cluster: dryRuns(status, answer) }, async ({ namespace, send, old }) => {
        const { status: got, text } = await send(create(namespace, replicaSet('web')));
        assert.equal(got, expected === 403 ? 403 : 201, text);
        assert.equal(await old(), expected === 403 ? 'runs, softened' : 'runs, undone');
      }));
  }

  const OUTCOMES: [string, Outcome][] = [
    ['refused after all', { status: 403, said: 'no' }],
    ['answered by somebody in between', { status: 200, said: 'unknown' }],
    ['never answered', { failed: 'reset' }],
    ['never sent', { notSent: 'its client had gone' }],
  ];
  for (const [how, outcome] of OUTCOMES) {
    test(`a create that would have been taken and is ${how} ends nothing`, async () => {
      for (const app of ['web', 'other'])
        await stage(target, { outcome }, async ({ namespace, send, old }) => {
          const { instruction } = await send(create(namespace, replicaSet(app)));
          assert.equal(instruction.do, 'forward');
          assert.equal(await old(), 'runs, softened');
        });
    });
  }
}
