import type { KubeObject } from '@toolcrib/kube';
import { type As, answeredObject, type Cluster } from '@toolcrib/model';
import type { AskedRequest, Instruction } from '../request.ts';
import { dryRunQuery, REFUSALS } from './replicas-now.ts';

/**
 * What a create, or an apply that may create, comes to: the server is asked with `dryRun=All`, in the bytes that go out later.
 * @returns the object as it would stand, defaulted and as webhooks leave it; `no-create` for a write to what stands already;
 *   the server's own answer, word for word, where it refuses; `unknown` for all else, such as a webhook that takes no dry runs
 */
export async function createByDryRun(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<{ created: KubeObject } | 'no-create' | { refused: Instruction } | 'unknown'> {
  const response = await cluster.request({
    method: request.method,
    path: `${request.path}?${dryRunQuery(request.query)}`,
    headers: {
      accept: 'application/json',
      'content-type': request.headers['content-type'] ?? 'application/json',
    },
    body: request.body,
    as,
  });
  const { status, headers, body } = response;
  const object = answeredObject(response);
  if (object && status === 201) return { created: object };
  if (object) return 'no-create';
  const forDryRun = /dry.?run/i.test(new TextDecoder().decode(body));
  if (!REFUSALS.has(status) || forDryRun) return 'unknown';
  // Answered here instead of sent to be refused again: by then it might be let in, and nobody has looked at it.
  const type = String(headers['content-type'] ?? 'application/json');
  return { refused: { do: 'answer', status, body, type, warnings: [] } };
}
