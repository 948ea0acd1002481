import assert from 'node:assert/strict';
import { type Agent, request } from 'node:https';
import { targetOf } from '@toolcrib/guard/testing/kubeconfig-target.ts';
import { type ClusterTarget, items, paths } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import type { Hold } from '@toolcrib/model';
import { realClients, type SeenRequest, startSandbox } from '@toolcrib/sandbox';
import type { GuardLimits } from '../compose/guard.ts';
import type { Outcome, Running } from './programs.ts';
import {
  type GuardHome,
  guardHome,
  heldOnce,
  inAllModes,
  type PolicyOptions,
  type RunningGuard,
} from './running-guard.ts';

/** A DELETE or eviction as the cluster got it from a person, told by the cluster itself. */
export interface WireDelete {
  path: string;
  /** Of the preconditions. */
  uid?: string;
  status: number;
}

/** A running cluster before which a real guard process is put. */
export interface GuardedTarget {
  target: ClusterTarget;
  /** The administrator's, as YAML text. */
  kubeconfig: string;
  /** Of somebody who has no rights but those that RBAC objects give to the user `cho`. */
  limited: string;
  /** What arrived for a namespace's objects from the administrator, oldest first. */
  deletes(namespace: string): Promise<WireDelete[]>;
}

export type OpenGuarded = () => Promise<GuardedTarget>;

/** The sandbox, with a record of all that it got over the wire (its controllers don't use the wire). */
export async function openGuardedSandbox(): Promise<GuardedTarget> {
  const seen: SeenRequest[] = [];
  const sandbox = await startSandbox({
    podStartMs: 20,
    nodes: 2,
    onRequest: (one) => {
      const destroys = one.method === 'DELETE' || one.url.split('?')[0]?.endsWith('/eviction');
      if (destroys) seen.push(one);
    },
  });
  const kubeconfig = sandbox.kubeconfig();
  const target = await targetOf({
    name: 'sandbox',
    admin: kubeconfig,
    person: (name) => sandbox.kubeconfig({ name }),
    close: () => sandbox.close(),
  });
  return {
    target,
    kubeconfig,
    limited: sandbox.kubeconfig({ name: 'cho' }),
    deletes: async (namespace) =>
      seen
        .filter(({ url }) => url.includes(`/namespaces/${namespace}/`))
        .map(({ url, body, status }) => ({ path: url.split('?')[0] ?? '', uid: uidOf(body), status })),
  };
}

function uidOf(body: Buffer): string | undefined {
  if (body.length === 0) return undefined;
  const options = JSON.parse(body.toString());
  return (options.deleteOptions ?? options).preconditions?.uid;
}

/** Cluster, guard and a real kubectl, for one file of tests. */
export interface Stage {
  target: ClusterTarget;
  home: GuardHome;
  guard: RunningGuard;
  kubectl(context: string, ...args: string[]): Running;
  /** To its end, with what stands on standard input. */
  run(context: string, args: string[], input?: string): Promise<Outcome>;
  /** A plain request through the door, as a client that is no kubectl. */
  send(method: string, path: string, more?: SendOptions): Promise<Reply>;
  held(namespace: string): Promise<Hold>;
  /** The holds of a namespace now, whatever their state. */
  holds(namespace: string): Promise<Hold[]>;
  approve(hold: Hold, as: 'as-sent' | 'softened'): Promise<Hold>;
  deletes(namespace: string): Promise<WireDelete[]>;
  close(): Promise<void>;
}

export interface SendOptions {
  context?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  /** Whose connections are used; Node's own where there is none. */
  agent?: Agent;
}

export interface Reply {
  status: number;
  body: KubeObject & { message?: string; details?: { causes?: { reason: string; message: string }[] } };
  warning: string;
}

export async function openStage(
  open: OpenGuarded,
  policy: PolicyOptions = {},
  limits?: GuardLimits,
): Promise<Stage> {
  const { kubectl: program } = await realClients();
  const { target, kubeconfig, limited, deletes } = await open();
  const home = guardHome(inAllModes(kubeconfig, limited), policy);
  const guard = await home.start(undefined, limits).catch(async (error: unknown) => {
    // A cluster left open would keep the test's process for ever.
    home.remove();
    await target.close();
    throw error;
  });
  const launch = (context: string, args: string[], input?: string): Running =>
    home.launch(program, args, { kubeconfig: guard.kubeconfig(context), input });
  const ofNamespace = (namespace: string) => (hold: Hold) =>
    'target' in hold.effect && hold.effect.target?.namespace === namespace;
  const stage: Stage = {
    target,
    home,
    guard,
    kubectl: (context, ...args) => launch(context, args),
    run: (context, args, input) => launch(context, args, input).done,
    send: (method, path, more) => send(stage.guard, method, path, more),
    held: (namespace) => heldOnce(guard, ofNamespace(namespace)),
    holds: async (namespace) => (await guard.api.holds()).filter(ofNamespace(namespace)),
    approve: (hold, as) => guard.api.answer(hold.code, { as }),
    deletes,
    async close() {
      await stage.guard.stop();
      home.remove();
      await target.close();
    },
  };
  return stage;
}

/** A plain request through a door, as a client that is no kubectl. */
export function send(
  guard: RunningGuard,
  method: string,
  path: string,
  { context = 'enforce', headers = {}, body, agent }: SendOptions = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const payload =
      body === undefined
        ? undefined
        : body instanceof Uint8Array || typeof body === 'string'
          ? Buffer.from(body as string)
          : Buffer.from(JSON.stringify(body));
    const call = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: guard.port,
        path,
        method,
        ca: guard.ca,
        ...(agent ? { agent } : {}),
        headers: {
          authorization: `Bearer ${guard.token(context)}`,
          // One dashboard for each namespace: what it sends within half a minute is one act.
          'user-agent': `dashboard-${/namespaces\/([^/?]+)/.exec(path)?.[1] ?? ''}/1.0`,
          ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const warning = [response.headers.warning ?? []].flat().join('\n');
          resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text), warning });
        });
      },
    );
    call.on('error', reject);
    call.end(payload);
  });
}

/** Of claims: name, UID, volume and phase, sorted. */
export async function bindings(target: ClusterTarget, namespace: string): Promise<string[]> {
  return (await items(target, paths.claims(namespace)))
    .map(({ metadata, spec, status }) =>
      [metadata.name, metadata.uid, spec?.volumeName, status?.phase].join(' '),
    )
    .sort();
}

/** The code that a refusal carries. */
export function codeOf(reply: Reply): string {
  const code = reply.body.details?.causes?.find(({ reason }) => reason === 'ToolcribHeld')?.message;
  assert.ok(code, JSON.stringify(reply));
  return code;
}
