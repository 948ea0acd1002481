// Step: effect
import { type KubeObject, type OwnerReference, parseRequestPath } from '@toolcrib/kube';
import type { As, Cluster, Target } from '@toolcrib/model';
import type { EffectOf } from '../effects/effect-kind.ts';
import { readTarget } from '../look/read-target.ts';
import { dryRunOf } from '../look/replicas-now.ts';
import { isDryRunAsSent } from '../read/options.ts';
import { ownersIn } from '../read/owners.ts';
import { isOnScale } from '../read/scalable.ts';
import { targetOf } from '../read/target.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import type { StandingOwners } from './standing.ts';

/** What a write comes to that leaves its object to owners of which none stands. */
export type Disowned =
  | { is: 'answered'; answer: Instruction }
  | { is: 'blind'; target: Target; why: string }
  | { is: 'not-understood'; target: Target; object?: KubeObject; why: string }
  | { is: 'deleted'; effect: EffectOf<'delete'>; object: KubeObject };

/**
 * An object whose owners are all gone is deleted by the garbage collector, some seconds later and with all that hangs on it:
 * a write that names only such owners is a delete. Whether an owner stands is read, by its name and UID; one that can't be
 * read is not known to stand. A cluster-scoped object that names an owner of a namespaced kind is never collected. What the object's owners are afterwards the server says (dry run of the same bytes).
 *
 * @returns undefined where it deletes nothing: it names no owner, one of them stands, the object's owners stay what they
 *   are, or there is no such object yet
 * @throws ToolcribError where the cluster can't be asked
 */
export async function disowned(
  request: AskedRequest,
  cluster: Cluster,
  owners: StandingOwners,
  as: As | undefined,
): Promise<Disowned | undefined> {
  const path = parseRequestPath(request.path);
  if (request.method !== 'PUT' && request.method !== 'PATCH') return undefined;
  // A Scale's metadata are its own.
  if (path.type !== 'resource' || path.name === undefined || isOnScale(path)) return undefined;
  if (isDryRunAsSent(request.query)) return undefined;
  const target = targetOf(path, new URLSearchParams());
  let named: ReturnType<typeof ownersIn>;
  try {
    named = ownersIn(request);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return understoodBy({ is: 'not-understood', target, why }, cluster, as);
  }
  if (named === 'untouched') return undefined;
  const { namespace } = target;
  const at = { cluster, person: request.person, as, namespace };
  // The collector gives an object up once it finds one of its owners unresolvable, also where the others are gone.
  const anyKeeps = async (references: readonly OwnerReference[]) => {
    for (const one of references) if (['yes', 'unresolvable'].includes(await owners.of(one, at))) return true;
    return false;
  };
  if (named !== 'ask-server' && (await anyKeeps(named))) return undefined;
  const found = await readTarget(cluster, target, as);
  if ('absent' in found) return undefined;
  const object = 'object' in found ? found.object : undefined;
  const before = object?.metadata.ownerReferences ?? [];
  // A list of just those that it has leaves it just those, in whatever format: an operator takes its finalizer off so.
  if (object && named !== 'ask-server' && sameOwners(before, named)) return undefined;
  // Who may not read it is told by the dry run all the same whose it would be.
  const result = await dryRunOf(request, object ?? { metadata: { name: path.name } }, cluster, as);
  if (typeof result === 'object' && 'refused' in result) return { is: 'answered', answer: result.refused };
  const after = result === 'unknown' ? undefined : (result.object.metadata.ownerReferences ?? []);
  if (after && (after.length === 0 || (object && sameOwners(before, after)) || (await anyKeeps(after))))
    return undefined;
  if ('forbidden' in found) return { is: 'blind', target, why: found.forbidden };
  if (!after || !object)
    return {
      is: 'not-understood',
      target,
      object,
      why: 'which owners it leaves the object only the server knows, and it did not say',
    };
  return { is: 'deleted', object, effect: collected(object, target, after) };
}

/** The object itself where it can be read, so that it is kept. */
async function understoodBy(
  found: Extract<Disowned, { is: 'not-understood' }>,
  cluster: Cluster,
  as: As | undefined,
): Promise<Disowned | undefined> {
  const { target, why } = found;
  const read = await readTarget(cluster, target, as);
  if ('absent' in read) return undefined;
  return 'object' in read ? { ...found, object: read.object } : { is: 'blind', target, why };
}

/** As the collector deletes it (attemptToDeleteItem): what hangs on it goes too, unless a finalizer says otherwise. */
function collected(
  { metadata: { finalizers = [] } }: KubeObject,
  target: Target,
  after: readonly OwnerReference[],
): EffectOf<'delete'> {
  const propagation = finalizers.includes('orphan')
    ? 'Orphan'
    : finalizers.includes('foregroundDeletion')
      ? 'Foreground'
      : 'Background';
  const names = after.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const through = `it names ${after.length === 1 ? 'an owner that does not' : 'owners of which none'} stand${after.length === 1 ? '' : 's'} (${names}), so the garbage collector deletes it`;
  return {
    verb: 'delete',
    target,
    options: { propagationPolicy: propagation },
    propagation,
    dryRun: false,
    through,
  };
}

function sameOwners(before: readonly OwnerReference[], after: readonly OwnerReference[]): boolean {
  const keysOf = (references: readonly OwnerReference[]) =>
    references.map(({ apiVersion, kind, name, uid }) => JSON.stringify([apiVersion, kind, name, uid])).sort();
  return JSON.stringify(keysOf(before)) === JSON.stringify(keysOf(after));
}
