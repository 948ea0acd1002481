import { type KubeObject, resourcePath } from '@toolcrib/kube';
import type { As, Cluster, Target } from '@toolcrib/model';
import { answeredObject, isAbsent, isAskedFor, ToolcribError } from '@toolcrib/model';
import type { Instruction } from '../request.ts';

/** What a GET of a request's target found. */
export type Found =
  | { object: KubeObject }
  /** The API server's own 404 of this very object, word for word. */
  | { absent: Instruction }
  /** These rights may not read it. */
  | { forbidden: string };

/**
 * Reads the object that a request names.
 * @throws ToolcribError `api` for any other answer than the object, 403, and a 404 that says of this object that it is not
 *   there: what is not known is no "not there"
 */
export async function readTarget(cluster: Cluster, target: Target, as: As | undefined): Promise<Found> {
  const path = resourcePath(target, target);
  const response = await cluster.request({
    method: 'GET',
    path,
    headers: { accept: 'application/json' },
    as,
  });
  const { status, headers, body } = response;
  const object = answeredObject(response);
  if (object && isAskedFor(object, target)) return { object };
  const type = String(headers['content-type'] ?? 'application/json');
  if (isAbsent(response)) return { absent: { do: 'answer', status, body, type, warnings: [] } };
  if (status === 403)
    return { forbidden: `${target.resource} ${target.name} can't be read with these rights` };
  throw new ToolcribError(
    'api',
    object
      ? `When asked for ${target.resource} ${target.name} the cluster answered with something else.`
      : `The cluster answered ${status} when asked for ${target.resource} ${target.name}, which does not say whether it is there.`,
    {
      next: 'Is something in between that answers in its place?',
      cause: { status, message: new TextDecoder().decode(body).slice(0, 500) },
    },
  );
}
