import { apiVersionOf, type KubeObject, parseRequestPath } from '@toolcrib/kube';
import type { SoftenRecord } from '../../model/index.ts';
import { failure } from '../door/status.ts';
import { bodyOf } from '../effect/effect-of.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { onCreate } from '../soften/index.ts';
import { answer } from './answers.ts';
import type { WayDeps } from './deps.ts';

/**
 * A CREATE (or apply) of the kind and name that a softened act has just taken away. Where its selector matches the
 * Pods that were left, its controller adopts them, and the act must not be finished over it; where it does not
 * (delete-and-recreate deploys, `replace --force`), the act is finished first.
 */
export async function createInWindow(deps: WayDeps, request: AskedRequest): Promise<Instruction | undefined> {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource' || path.subresource !== undefined) return undefined;
  if (request.method !== 'POST' && request.method !== 'PATCH') return undefined;
  const open = (await openWindows(deps)).filter(
    ({ context, owner }) =>
      context === request.context &&
      owner.apiVersion === apiVersionOf(path) &&
      owner.namespace === path.namespace,
  );
  if (open.length === 0) return undefined;
  const query = new URLSearchParams(request.query);
  if (query.getAll('dryRun').includes('All')) return undefined;
  let body: Record<string, unknown> | undefined;
  try {
    body = bodyOf(request);
  } catch {
    // A body that can't be read is for the server to refuse; creating destroys nothing.
    return undefined;
  }
  const metadata = (body?.metadata ?? {}) as { name?: string };
  const name = path.name ?? metadata.name;
  const softened = open.find(({ owner }) => owner.name === name && owner.kind === (body?.kind ?? owner.kind));
  if (!softened || !body || name === undefined) return undefined;
  const { owner } = softened;
  const created = {
    ...body,
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    metadata: { ...metadata, name, namespace: owner.namespace },
  };
  const left = await readLeft(deps, softened);
  if (onCreate(softened, left, created) === 'adopt') {
    const note = 'created again with a matching selector: its Pods were adopted';
    // Only what the cluster has really created adopts: until it has said so, the act stays as it is.
    deps.whenCreated.set(request.id, { ...softened, state: 'undone', note, marked: true });
    return { do: 'forward', warnings: [`toolcrib: ${note}; act ${softened.actId} will not be finished`] };
  }
  try {
    await deps.finish(softened, 'created again with another selector');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return answer(
      failure(
        409,
        `toolcrib: ${name} was softened away and its Pods still run, and they could not be finished first: ${why}`,
      ),
    );
  }
  return { do: 'forward', warnings: [`toolcrib: what act ${softened.actId} had left was finished first`] };
}

/** None where the journal can't be read: a create destroys nothing, and a finish spares whatever has an owner by then. */
async function openWindows(deps: WayDeps): Promise<SoftenRecord[]> {
  try {
    return await deps.journal.softenings({ state: 'softened' });
  } catch (error) {
    deps.log('softened acts could not be looked up', { why: String(error) });
    return [];
  }
}

/** What the act left behind, as it stands now. */
async function readLeft(deps: WayDeps, softened: SoftenRecord): Promise<KubeObject[]> {
  const cluster = await deps.clusterFor(softened.context);
  const found = await Promise.all(
    softened.left.map(async (ref) => {
      const type = await cluster.typeOf(ref, softened.as);
      return cluster.get(type, { namespace: ref.namespace, name: ref.name }, softened.as);
    }),
  );
  return found.filter((object) => object !== undefined);
}
