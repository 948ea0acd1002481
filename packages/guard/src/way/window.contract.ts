import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Cluster, type ClusterResponse, marks, type SoftenRecord } from '@toolcrib/model';
import { saidBy } from '../door/said.ts';
import { anAct } from '../journal/testing/records.ts';
import type { AskedRequest, Instruction, Outcome } from '../request.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { finishByItself } from '../undo/finish.ts';
import { brain } from './brain.ts';

const ACT = 'act-000001';
const WINDOW = 30 * 60_000;
const image = 'registry.k8s.io/pause:3.10';

/** A create in the window of a softened ReplicaSet, judged, sent and answered for real. Proved by plain requests. */
export function windowContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  interface Stage {
    namespace: string;
    record: SoftenRecord;
    /** Through the guard, as its door does it. */
    send(request: AskedRequest): Promise<{ instruction: Instruction; status: number; text: string }>;
    /** `runs`, `going`, and how its softening stands. */
    old(): Promise<string>;
    told: string[];
    askUndo(): Promise<unknown>;
    finishNow(): Promise<void>;
  }

  /** A Pod that the ReplicaSet `web` had, which was softened away. */
  async function stage(
    options: {
      cluster?: Cluster;
      mode?: string;
      outcome?: Outcome;
      answered?: boolean;
      finishWith?: Cluster;
    },
    body: (stage: Stage) => Promise<void>,
  ): Promise<void> {
    const { cluster = target.cluster, finishWith = cluster } = options;
    await inNamespace(target, async (namespace) => {
      const { deps, journal, close } = openWay(cluster, policyOf('[]', options.mode));
      const told: string[] = [];
      deps.notifier = { tell: ({ kind, title, text }) => void told.push(`${kind}: ${title}: ${text}`) };
      deps.finish = async (record, why) => {
        const own = { ...deps, clusterFor: async () => finishWith, by: why };
        const adopting = () => deps.onTheWay.isBeingAdopted(record);
        const { results } = await finishByItself(own, record, { windowMs: WINDOW, due: false, adopting });
        const failed = results.find(({ result }) => result === 'failed');
        if (failed) throw new Error(failed.note);
      };
      try {
        const pod = await put(target, paths.pods(namespace), {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: 'web-pod',
            labels: { app: 'web', [marks.act]: ACT },
            annotations: { [marks.softenedFrom]: 'ReplicaSet/web' },
          },
          spec: { containers: [{ name: 'main', image }] },
        });
        const uid = pod.metadata.uid ?? '';
        const record: SoftenRecord = {
          actId: ACT,
          requestId: 'r1',
          context: 'prod',
          owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name: 'web', uid: 'gone' },
          left: [{ apiVersion: 'v1', kind: 'Pod', namespace, name: 'web-pod', uid }],
          finishAfter: Date.now() + WINDOW,
          state: 'softened',
        };
        await journal.saveAct(anAct({ id: ACT, cluster: await target.cluster.identity() }));
        await journal.saveSoften(record);
        const thinking = brain(deps);
        const send: Stage['send'] = async (request) => {
          const instruction = await thinking.judge(request);
          if (instruction.do === 'answer')
            return { instruction, status: instruction.status, text: textOf(instruction.body) };
          if (options.answered === false) return { instruction, status: 0, text: '' };
          if (options.outcome) {
            thinking.settled(request.id, options.outcome);
            await thinking.close();
            return { instruction, status: 0, text: '' };
          }
          const answer = await target.cluster.request(asSent(request, instruction));
          const text = new TextDecoder().decode(answer.body);
          const contentType = String(answer.headers['content-type']);
          const said = saidBy({ status: answer.status, contentType }, answer.body, true);
          thinking.settled(request.id, { status: answer.status, said });
          await thinking.close();
          return { instruction, status: answer.status, text };
        };
        const old = async () => {
          const now = await seen(target, `${paths.pods(namespace)}/web-pod`);
          const runs = now?.metadata.uid === uid && now.metadata.deletionTimestamp === undefined;
          const [softening] = await journal.softenings({ actId: ACT });
          return `${runs ? 'runs' : 'goes'}, ${softening?.state}`;
        };
        await body({
          namespace,
          record,
          send,
          old,
          told,
          finishNow: () => deps.finish(record, 'its window has ended'),
          askUndo: () => journal.askUndo(ACT, Date.now()),
        });
      } finally {
        await close();
      }
    });
  }

  const textOf = (body: string | Uint8Array) =>
    typeof body === 'string' ? body : new TextDecoder().decode(body);

  function asSent(request: AskedRequest, instruction: Instruction & { do: 'forward' }) {
    const { path = request.path, query = request.query, body } = instruction;
    return {
      method: request.method,
      path: query ? `${path}?${query}` : path,
      headers: {
        'content-type': body?.type ?? request.headers['content-type'] ?? '',
        accept: 'application/json',
      },
      body: body?.bytes ?? request.body,
    };
  }

  const replicaSet = (app: string, more: object = {}) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image }] } },
      ...more,
    },
  });

  function create(namespace: string, object: object, more: Partial<AskedRequest> = {}): AskedRequest {
    const sets = paths.apps(namespace, 'replicasets');
    const { method = 'POST', headers, ...rest } = more;
    return asked(method, method === 'POST' ? sets : `${sets}/web`, {
      query: 'fieldManager=gitops',
      headers: { 'user-agent': 'dashboard/1.0', 'content-type': 'application/json', ...headers },
      body: Buffer.from(JSON.stringify(object)),
      ...rest,
    });
  }

  // A body can say it in any of these, and a created object adopts all the same.
  const FORMS: [string, Partial<AskedRequest>, (object: object) => string][] = [
    ['a POST in JSON', {}, JSON.stringify],
    [
      'a POST in YAML',
      { headers: { 'content-type': 'application/yaml' } },
      (object) => `# again\n${JSON.stringify(object)}\n`,
    ],
    [
      'a server-side apply',
      { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' } },
      JSON.stringify,
    ],
  ];
  for (const [what, form, text] of FORMS) {
    test(`${what} with the old selector: the same Pod goes on, and is never finished`, () =>
      stage({}, async ({ namespace, send, old }) => {
        const object = replicaSet('web');
        const { instruction, status } = await send(
          create(namespace, object, { ...form, body: Buffer.from(text(object)) }),
        );
        assert.match(instruction.warnings.join(), /its Pods were adopted/);
        assert.equal(status, 201);
        assert.equal(await old(), 'runs, undone');
      }));

    test(`${what} with another selector: once it stands, what was left goes`, () =>
      stage({}, async ({ namespace, send, old }) => {
        const object = replicaSet('other');
        const { instruction, status } = await send(
          create(namespace, object, { ...form, body: Buffer.from(text(object)) }),
        );
        assert.match(instruction.warnings.join(), /is finished/);
        assert.equal(status, 201);
        assert.equal(await old(), 'goes, finished');
      }));

    test(`${what} that the cluster refuses is answered in its words, and ends nothing`, () =>
      stage({}, async ({ namespace, send, old }) => {
        const object = { ...replicaSet('web'), spec: {} };
        const { status, text: said } = await send(
          create(namespace, object, { ...form, body: Buffer.from(text(object)) }),
        );
        assert.equal(status, 422, said);
        assert.match(said, /"reason":"Invalid"/);
        assert.equal(await old(), 'runs, softened');
      }));
  }

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
      stage({ cluster: dryRuns(status, answer) }, async ({ namespace, send, old }) => {
        const { status: got, text } = await send(create(namespace, replicaSet('other')));
        assert.equal(got, expected, text);
        if (expected === 409) assert.match(text, new RegExp(`toolcrib finish ${ACT}`));
        assert.equal(await old(), 'runs, softened');
        assert.equal(await seen(target, `${paths.apps(namespace, 'replicasets')}/web`), undefined);
      }));
    test(`a create that would adopt, and ${why}: in the cluster's words, or as it is`, () =>
      stage({ cluster: dryRuns(status, answer) }, async ({ namespace, send, old }) => {
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
        await stage({ outcome }, async ({ namespace, send, old }) => {
          const { instruction } = await send(create(namespace, replicaSet(app)));
          assert.equal(instruction.do, 'forward');
          assert.equal(await old(), 'runs, softened');
        });
    });
  }

  const PROGRAMS: [string, Partial<AskedRequest>][] = [
    ['an agent', { agent: true }],
    [
      'a service account',
      {
        headers: {
          'impersonate-user': 'system:serviceaccount:flux:apply',
          'impersonate-group': 'system:masters',
        },
      },
    ],
    ['a controller', { headers: { 'user-agent': 'helm-controller/v1.2.0 (linux/amd64)' } }],
    ['an operator', { headers: { 'user-agent': 'kafka-operator/v0.0.0 (linux/amd64) kubernetes/$Format' } }],
  ];
  for (const [who, more] of PROGRAMS) {
    test(`${who} ends no window: what would, is refused, and a person is told`, () =>
      stage({}, async ({ namespace, send, old, told }) => {
        const object = replicaSet('other');
        for (const form of [{}, FORMS[2]?.[1]]) {
          const headers = { ...form?.headers, ...more.headers };
          const { status, text } = await send(create(namespace, object, { ...form, ...more, headers }));
          assert.equal(status, 403, text);
          assert.match(text, new RegExp(`${who}.*toolcrib finish ${ACT}`, 's'));
          assert.match(text, new RegExp(`toolcrib undo ${ACT}`));
        }
        assert.match(told.join('\n'), new RegExp(`held: .*web.*toolcrib finish ${ACT}`, 's'));
        assert.equal(await old(), 'runs, softened');
      }));
  }

  test('where no rule stops anything, an agent’s create passes, and takes nothing either', () =>
    stage({ mode: 'observe' }, async ({ namespace, send, old }) => {
      const { instruction, status } = await send(create(namespace, replicaSet('other'), { agent: true }));
      assert.equal(status, 201);
      assert.match(instruction.warnings.join(), new RegExp(`toolcrib finish ${ACT}`));
      assert.equal(await old(), 'runs, softened');
    }));

  test('an agent’s create that the old Pods are for is as smooth as anybody’s', () =>
    stage({}, async ({ namespace, send, old }) => {
      const { status } = await send(create(namespace, replicaSet('web'), { agent: true }));
      assert.equal(status, 201);
      assert.equal(await old(), 'runs, undone');
    }));

  test('once its undo was asked for, a create does not end it either', () =>
    stage({}, async ({ namespace, send, old, askUndo }) => {
      await askUndo();
      const { status, text } = await send(create(namespace, replicaSet('other')));
      assert.equal(status, 409, text);
      assert.match(text, new RegExp(`its undo was asked for.*toolcrib finish ${ACT}`, 's'));
      assert.equal(await old(), 'runs, softened');
      assert.equal((await send(create(namespace, replicaSet('web')))).status, 201);
      assert.equal(await old(), 'runs, undone');
    }));

  test('to what stands there again already a write is no create: it ends nothing', () =>
    stage({}, async ({ namespace, send, old }) => {
      await put(target, paths.apps(namespace, 'replicasets'), replicaSet('other'));
      const apply = create(namespace, replicaSet('other', { replicas: 2 }), FORMS[2]?.[1]);
      apply.query = 'fieldManager=gitops&force=true';
      const merge = create(
        namespace,
        { spec: { replicas: 3 } },
        { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } },
      );
      for (const request of [apply, merge]) assert.equal((await send(request)).status, 200);
      assert.equal((await send(create(namespace, replicaSet('other')))).status, 409, 'it exists');
      assert.equal(await old(), 'runs, softened');
    }));

  test('of another name, and where only a dry run is asked for, nothing is judged', () =>
    stage({}, async ({ namespace, send, old }) => {
      const other = { ...replicaSet('other'), metadata: { name: 'shop' } };
      const { instruction, status } = await send(create(namespace, other));
      assert.deepEqual([instruction.warnings, status], [[], 201]);
      const dry = create(namespace, replicaSet('other'));
      dry.query = 'dryRun=All';
      assert.equal((await send(dry)).status, 201);
      assert.equal(await old(), 'runs, softened');
    }));

  test('while a create that adopts is on its way, what is due is not finished under it', () =>
    stage({ answered: false }, async ({ namespace, send, old, finishNow }) => {
      assert.equal((await send(create(namespace, replicaSet('web')))).instruction.do, 'forward');
      await assert.rejects(finishNow(), { code: 'conflict' });
      assert.equal(await old(), 'runs, softened');
    }));

  test('what could not be finished behind it stays softened, and a person is told', () =>
    stage(
      {
        finishWith: new Proxy(target.cluster, {
          get: (real, name) =>
            name === 'delete' ? () => Promise.reject(new Error('forbidden')) : Reflect.get(real, name),
        }),
      },
      async ({ namespace, send, old, told }) => {
        const { status } = await send(create(namespace, replicaSet('other')));
        assert.equal(status, 201);
        await until('told', async () => told.length > 0);
        assert.match(told.join(), new RegExp(`failed: .*web.*forbidden.*toolcrib finish ${ACT}`, 's'));
        assert.equal(await old(), 'runs, softened');
      },
    ));
}
