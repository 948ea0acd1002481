// Step: forward
import { apiVersionOf, describeRef, type KubeObject, mediaTypeOf, parseRequestPath } from '@toolcrib/kube';
import type { Cluster, Journal, LeftOut, Notifier, SoftenRecord } from '@toolcrib/model';
import { sentOfItself } from '../act/claim.ts';
import { createByDryRun } from '../look/create-dry-run.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { bodyOf } from '../read/body.ts';
import { isDryRunAsSent } from '../read/options.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { onCreate } from '../soften/index.ts';
import { answer, failure } from '../status.ts';
import type { Asking } from './asking.ts';
import type { Log } from './log.ts';
import type { OnTheWay, WhenCreated } from './on-the-way.ts';

export interface WindowDeps {
  journal: Pick<Journal, 'softenings'>;
  onTheWay: Pick<OnTheWay, 'ifCreated'>;
  policy(): GuardPolicy;
  notifier: Notifier;
  /** Told of windows that can't be read: the others are kept to. */
  damaged: LeftOut;
  log: Log;
}

/**
 * A CREATE (or apply) of the kind and name that a softened act has just taken away, judged by what the server says to a dry
 * run of it. Where its selector matches the Pods that were left, its controller adopts them, and the act must not be
 * finished over it; where it does not (delete-and-recreate deploys, `replace --force`), they go once it stands, and not before.
 * That ends a window which a person has opened, so no program does it of itself.
 */
export async function createInWindow(deps: WindowDeps, asking: Asking): Promise<Instruction | undefined> {
  const { request } = asking;
  const aimed = await aimedAt(deps, request);
  if (!aimed) return undefined;
  const { open, body } = aimed;
  const cluster = await asking.cluster();
  const asked = await createByDryRun(request, cluster, asking.as);
  if (asked === 'no-create') return undefined;
  if (typeof asked === 'object' && 'refused' in asked) return asked.refused;
  const created = asked === 'unknown' ? body : asked.created;
  const then: WhenCreated = { adopted: [], ends: [] };
  for (const softened of open) {
    const what = created && onCreate(softened, await readLeft(cluster, softened), created);
    // What can't be read may be a create of just this.
    if (what === undefined || what === 'ends') then.ends.push(softened);
    if (what === 'adopt') then.adopted.push(softened);
  }
  const [first] = then.ends;
  const note = 'created again with a matching selector: its Pods were adopted';
  const warnings = then.adopted.map(({ actId }) => `toolcrib: ${note}; act ${actId} will not be finished`);
  const adopted = then.adopted.map((record) => ({ ...record, state: 'undone' as const, note, marked: true }));
  if (!first) return forward(deps, request, { adopted, ends: [] }, warnings);
  const why = mustAsk(request, then.ends, asked === 'unknown');
  if (why === undefined) {
    const gone = then.ends.map(
      ({ actId }) => `toolcrib: what act ${actId} had left is finished as soon as this stands`,
    );
    return forward(deps, request, { adopted, ends: then.ends }, [...warnings, ...gone]);
  }
  const next = `It goes with toolcrib finish ${first.actId}; toolcrib undo ${first.actId} brings the old one back.`;
  const still = `${describeRef(first.owner)} was softened away, what it left still runs, and this would end that`;
  if (why.held && deps.policy().modeFor(request.context, first.owner.namespace) !== 'enforce') {
    const beside = `toolcrib: ${describeRef(first.owner)} was softened away, and what it left still runs beside this. ${next}`;
    return forward(deps, request, { adopted, ends: [] }, [...warnings, beside]);
  }
  if (why.held)
    deps.notifier.tell({
      kind: 'held',
      title: `Held: create ${describeRef(first.owner)}`,
      text: `${still}; it came from ${why.text}. ${next}`,
    });
  const said = why.held ? `it came from ${why.text}, and a person decides that` : why.text;
  return answer(
    failure(
      why.held ? 403 : 409,
      `toolcrib: ${still}: ${said}. Nothing was sent. ${next} Then send it again.`,
    ),
  );
}

/** Why a create does not simply end the window. `held`: a rule of ours, as of enforce. */
function mustAsk(
  request: AskedRequest,
  ends: readonly SoftenRecord[],
  unknown: boolean,
): { text: string; held: boolean } | undefined {
  if (ends.some(({ undoAsked }) => undoAsked !== undefined))
    return { text: 'but its undo was asked for', held: false };
  if (unknown)
    return { text: 'but whether the cluster would take it, a dry run of it did not tell', held: false };
  const by = sentOfItself(request);
  return by === undefined ? undefined : { text: by, held: true };
}

function forward(
  deps: Pick<WindowDeps, 'onTheWay'>,
  request: AskedRequest,
  then: WhenCreated,
  warnings: string[],
): Instruction {
  // Only what the cluster has really created adopts, or ends anything: until it has said so, the act stays as it is.
  if (then.adopted.length + then.ends.length > 0) deps.onTheWay.ifCreated(request.id, then);
  return { do: 'forward', warnings };
}

/** The open windows that a request may be a create for, by its path and what can be read of its body. */
async function aimedAt(
  deps: Pick<WindowDeps, 'journal' | 'damaged' | 'log'>,
  request: AskedRequest,
): Promise<{ open: SoftenRecord[]; body: KubeObject | undefined } | undefined> {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource' || path.subresource !== undefined || path.group !== 'apps') return undefined;
  const apply = mediaTypeOf(request.headers['content-type'])?.startsWith('application/apply-patch+');
  if (request.method !== 'POST' && !(request.method === 'PATCH' && apply)) return undefined;
  if (isDryRunAsSent(request.query)) return undefined;
  const there = (await openWindows(deps)).filter(
    ({ context, owner }) =>
      context === request.context &&
      owner.apiVersion === apiVersionOf(path) &&
      owner.namespace === path.namespace,
  );
  if (there.length === 0) return undefined;
  const body = readable(request);
  const metadata = (body?.metadata ?? {}) as KubeObject['metadata'];
  const name = path.name ?? metadata.name;
  const open = there.filter(
    ({ owner }) =>
      (body === undefined && path.name === undefined) ||
      (owner.name === name && owner.kind === (body?.kind ?? owner.kind)),
  );
  const [first] = open;
  if (!first) return undefined;
  const { apiVersion, kind, namespace } = first.owner;
  const whole = { ...body, apiVersion, kind, metadata: { ...metadata, name: name ?? '', namespace } };
  return { open, body: body && whole };
}

function readable(request: AskedRequest): Record<string, unknown> | undefined {
  try {
    return bodyOf(request);
  } catch {
    // The server may read it all the same: it is asked.
    return undefined;
  }
}

/** None where the journal can't be read: a create destroys nothing, and a finish spares whatever has an owner by then. */
async function openWindows(deps: Pick<WindowDeps, 'journal' | 'damaged' | 'log'>): Promise<SoftenRecord[]> {
  try {
    return await deps.journal.softenings({ state: 'softened' }, undefined, deps.damaged);
  } catch (error) {
    deps.log('softened acts could not be looked up', { why: String(error) });
    return [];
  }
}

/** What the act left behind, as it stands now. */
async function readLeft(cluster: Cluster, softened: SoftenRecord): Promise<KubeObject[]> {
  const found = await Promise.all(
    softened.left.map(async (ref) => {
      const type = await cluster.typeOf(ref, softened.as);
      return cluster.get(type, { namespace: ref.namespace, name: ref.name }, softened.as);
    }),
  );
  return found.filter((object) => object !== undefined);
}
