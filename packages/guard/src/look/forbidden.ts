import { parseRequestPath } from '@toolcrib/kube';
import { type As, type Cluster, ToolcribError } from '@toolcrib/model';
import type { AskedRequest, Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';

/** What the API server checks for a method (apiserver pkg/endpoints/request/requestinfo.go). */
const VERBS: Record<string, string> = { DELETE: 'delete', PATCH: 'patch', PUT: 'update', POST: 'create' };

type Question = Parameters<Cluster['mayI']>[0];

/**
 * The 403 that the cluster would give, asked for by SelfSubjectAccessReview.
 * @returns undefined where it is allowed
 * @throws ToolcribError where that can't be asked
 */
export async function forbidden(
  what: Question,
  cluster: Cluster,
  as: As | undefined,
): Promise<Instruction | undefined> {
  const { allowed, why } = await cluster.mayI(what, as);
  if (allowed) return undefined;
  const { group, resource, subresource, name, verb, namespace } = what;
  const type = `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  const where = namespace ? ` in the namespace "${namespace}"` : '';
  const which = name === undefined ? type : `${type} "${name}"`;
  return answer(
    failure(403, `${which} is forbidden: you may not ${verb} ${type}${where}${why ? `: ${why}` : ''}`),
  );
}

/**
 * The same for a request as it was sent, before a person is asked to say yes to what the cluster would refuse anyhow.
 * Where that can't be asked it is taken as allowed: then it is held.
 */
export async function forbiddenAnyhow(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<Instruction | undefined> {
  const path = parseRequestPath(request.path);
  const right = VERBS[request.method];
  if (path.type !== 'resource' || right === undefined) return undefined;
  const { group, version, resource, subresource, namespace, name } = path;
  const collection = right === 'delete' && name === undefined;
  try {
    return await forbidden(
      {
        verb: collection ? 'deletecollection' : right,
        group,
        version,
        resource,
        subresource,
        namespace,
        name,
      },
      cluster,
      as,
    );
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    return undefined;
  }
}
