import { type Cluster, marks, type SoftenRecord } from '@toolcrib/model';
import { saidBy } from '../../door/said.ts';
import { anAct } from '../../journal/testing/records.ts';
import type { AskedRequest, Instruction, Outcome } from '../../request.ts';
import type { ClusterTarget } from '../../testing/target.ts';
import { inNamespace, paths, put, seen } from '../../testing/target.ts';
import { asked, openWay, policyOf } from '../../testing/way.ts';
import { finishByItself } from '../../undo/finish.ts';
import { requestHandler } from '../request-handler.ts';

export const ACT = 'act-000001';
const WINDOW = 30 * 60_000;
const image = 'registry.k8s.io/pause:3.10';

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
export async function stage(
  target: ClusterTarget,
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
      const thinking = requestHandler(deps);
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

export const replicaSet = (app: string, more: object = {}) => ({
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

export function create(namespace: string, object: object, more: Partial<AskedRequest> = {}): AskedRequest {
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
export const FORMS: [string, Partial<AskedRequest>, (object: object) => string][] = [
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
