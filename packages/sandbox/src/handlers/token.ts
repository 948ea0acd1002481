import { randomUUID } from 'node:crypto';
import { newToken } from '../access/users.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { ResourceRequest } from '../request/context.ts';
import type { Reply } from '../request/reply.ts';
import { readBody } from './read-body.ts';

const AN_HOUR = 3600;

/** POST serviceaccounts/NAME/token: a bearer token by which the ServiceAccount may sign in. */
export async function createToken(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, namespace, name = '' } = request;
  const body = await readBody(request);
  const account = sandbox.store.get(info, namespace, name);
  const spec = (body.spec ?? {}) as { expirationSeconds?: number; audiences?: string[] };
  const expirationSeconds = spec.expirationSeconds ?? AN_HOUR;
  const token = newToken();
  sandbox.tokens.add(token, {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid: account.metadata.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  });
  const now = sandbox.clock.now();
  return {
    status: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, uid: randomUUID(), creationTimestamp: timestamp(now) },
      spec: {
        audiences: spec.audiences ?? ['https://kubernetes.default.svc.cluster.local'],
        expirationSeconds,
        boundObjectRef: null,
      },
      status: { token, expirationTimestamp: timestamp(now + expirationSeconds * 1000) },
    },
  };
}
