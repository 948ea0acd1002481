import type { KubeObject } from '@toolcrib/kube';
import { apiVersionOf, managedFieldsAfterUpdate } from '@toolcrib/kube';
import type { Attributes } from '../access/rbac.ts';
import { rulesFor } from '../access/rbac.ts';
import type { User } from '../access/users.ts';
import { notImplemented } from '../apimachinery/api-error.ts';
import { zeroObject } from '../apimachinery/canonicalise.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { ResourceRequest } from '../request/context.ts';
import type { Reply } from '../request/reply.ts';
import { bindPod } from './binding.ts';
import { managerOf } from './manager.ts';
import { readBody } from './read-body.ts';

/** Types that are asked and not kept: access reviews, token reviews, who am I; and the old way to bind a Pod. */
export async function reviewReply(request: ResourceRequest): Promise<Reply> {
  const { info, type, user, sandbox } = request;
  if (info.resource === 'bindings') return bindByCollection(request);
  const body = await readBody(request);
  const spec = (body.spec ?? {}) as Record<string, unknown>;
  const review = (status: unknown): Reply => ({
    status: 201,
    body: {
      kind: info.kind,
      apiVersion: apiVersionOf(type),
      metadata: reviewMetadata(request, body),
      ...(info.resource === 'selfsubjectreviews' ? {} : { spec }),
      status,
    },
  });
  switch (info.resource) {
    case 'selfsubjectreviews':
      return review({ userInfo: userInfo(user) });
    case 'tokenreviews': {
      const found = sandbox.tokens.find(String(spec.token ?? ''));
      return review(
        found ? { authenticated: true, user: userInfo(found) } : { user: {}, error: 'invalid bearer token' },
      );
    }
    case 'selfsubjectaccessreviews':
      return review(accessOf(request, user, spec));
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews': {
      const groups = Array.isArray(spec.groups) ? (spec.groups as string[]) : [];
      return review(accessOf(request, { name: String(spec.user ?? ''), groups }, spec));
    }
    case 'selfsubjectrulesreviews':
      return {
        status: 201,
        body: {
          kind: info.kind,
          apiVersion: apiVersionOf(type),
          metadata: {},
          spec: {},
          status: rulesFor(sandbox.store, user, String(spec.namespace ?? '')),
        },
      };
    default:
      throw notImplemented(info.resource);
  }
}

/** A review is never stored, and yet it tells whose fields it has. */
function reviewMetadata(request: ResourceRequest, body: Record<string, unknown>): Record<string, unknown> {
  const { info, type, sandbox } = request;
  const apiVersion = apiVersionOf(type);
  const object = {
    ...body,
    apiVersion,
    kind: info.kind,
    metadata: { ...(body.metadata as object) },
  } as KubeObject;
  const managedFields = managedFieldsAfterUpdate(zeroObject(object), object, {
    schema: sandbox.schemaOf(object),
    manager: managerOf(request, 'Update'),
    time: timestamp(sandbox.clock.now()),
    hasStatus: false,
  });
  return { ...object.metadata, ...(managedFields.length > 0 ? { managedFields } : {}) };
}

function userInfo(user: User) {
  return {
    username: user.name,
    ...(user.uid ? { uid: user.uid } : {}),
    groups: user.groups,
    ...(user.extra ? { extra: user.extra } : {}),
  };
}

function accessOf(request: ResourceRequest, user: User, spec: Record<string, unknown>) {
  const resource = spec.resourceAttributes as Attributes | undefined;
  const path = spec.nonResourceAttributes as Attributes | undefined;
  const answer = request.sandbox.authorize(user, { verb: '', ...(resource ?? path) });
  return { allowed: answer.allowed, ...(answer.reason ? { reason: answer.reason } : {}) };
}

async function bindByCollection(request: ResourceRequest): Promise<Reply> {
  const body = await readBody(request);
  const name = (body.metadata as { name?: string } | undefined)?.name ?? '';
  const pods = request.sandbox.store.find({ group: '', resource: 'pods' });
  return bindPod({ ...request, info: pods ?? request.info, name });
}
