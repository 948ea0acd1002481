import type { KubeObject } from '@toolcrib/kube';
import {
  type ApiFailure,
  type As,
  type Cluster,
  isCertainNo,
  type Target,
  ToolcribError,
} from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import { forbidden } from './forbidden.ts';

/**
 * What the cluster would say no to, before anything of a collection is deleted one by one: the right to delete the
 * collection, and what that means for this type. Single deletes would ask for other rights, and reach further.
 */
export async function collectionRefusal(
  target: Target,
  query: string,
  cluster: Cluster,
  as: As | undefined,
): Promise<Instruction | undefined> {
  const { group, version, resource, namespace } = target;
  const { resources } = await cluster.resources(as);
  const info = resources.find((one) => one.group === group && one.resource === resource);
  if (!info) {
    const again = 'If it is new, try again in a minute. Nothing was sent.';
    return answer(failure(503, `toolcrib: the cluster does not say what ${resource} are. ${again}`));
  }
  if (!info.verbs.includes('deletecollection') || (info.namespaced && namespace === undefined)) {
    return answer(failure(405, 'the server does not allow this method on the requested resource'));
  }
  const asked = new URLSearchParams(query);
  if (asked.has('limit') || asked.has('continue')) {
    return answer(
      failure(400, 'toolcrib: a collection is deleted as a whole here; leave out limit and continue.'),
    );
  }
  return forbidden({ verb: 'deletecollection', group, version, resource, namespace }, cluster, as);
}

/** What the server says of a list, and so of the delete of the same collection: its selectors, the type. With its reason. */
const REFUSALS = new Set([400, 404, 405, 422]);

/**
 * Everything that a collection delete matches now.
 * @returns the objects, or the server's refusal of what was asked for
 * @throws ToolcribError where it can't be listed for any other reason
 */
export async function listCollection(
  target: Target,
  cluster: Cluster,
  as: As | undefined,
): Promise<{ objects: KubeObject[] } | { refused: Instruction }> {
  const { namespace, labelSelector, fieldSelector } = target;
  try {
    return { objects: await cluster.list(target, { namespace, labelSelector, fieldSelector }, as) };
  } catch (error) {
    if (!(error instanceof ToolcribError) || error.code !== 'api') throw error;
    const said = error.cause as ApiFailure;
    if (!REFUSALS.has(said.status) || !isCertainNo(said)) throw error;
    return { refused: answer({ ...failure(said.status, said.message), reason: said.reason }) };
  }
}
