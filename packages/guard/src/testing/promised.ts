import assert from 'node:assert/strict';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { put, seen, until } from './target.ts';

export const GROUP = 'crib.example.io';
export const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A definition of a kind of its own, established; so that tests that delete theirs don't meet. */
export async function define(
  target: ClusterTarget,
  kind: string,
  scope: 'Namespaced' | 'Cluster',
  versions: string[] = ['v1'],
): Promise<string> {
  const resource = `${kind.toLowerCase()}s`;
  const name = `${resource}.${GROUP}`;
  await put(target, CRD, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: GROUP,
      scope,
      names: { kind, plural: resource, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: versions.map((version, index) => ({
        name: version,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      })),
    },
  });
  const base = `/apis/${GROUP}/${versions[0]}`;
  await until(
    `${resource} served`,
    async () => (await target.https('GET', `${base}/${resource}`)).status === 200,
  );
  // What our client knows of the cluster's kinds may be a moment old.
  const known = { apiVersion: `${GROUP}/${versions[0]}`, kind };
  await until(`${kind} known`, () => target.cluster.typeOf(known).catch(() => undefined));
  return resource;
}

export const controlledBy = (owner: KubeObject, controller = true) => [
  {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller,
  },
];

/** A person's scale of a Deployment to nothing, as the journal has it. */
export function scaledTo0({ metadata: { namespace, name, uid = '' } }: KubeObject): RequestRecord {
  return {
    id: 'r1',
    actId: 'act-test1',
    at: 1,
    method: 'PATCH',
    path: '',
    effect: {
      verb: 'scale',
      target: { group: 'apps', version: 'v1', resource: 'deployments', namespace, name },
      replicas: 0,
      dryRun: false,
    },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status: 200,
    targetUids: [uid],
  };
}

/** A target with the kinds of these tests. The collector learns of new ones every half minute: they are there before they are needed. */
export const withKinds =
  (open: OpenTarget): OpenTarget =>
  async () => {
    const target = await open();
    await define(target, 'Tenant', 'Cluster');
    for (const kind of ['Sealed', 'Lonely', 'Cluster']) await define(target, kind, 'Namespaced');
    return target;
  };

export const gone = (target: ClusterTarget, path: string) =>
  until(`${path} gone`, async () => !(await seen(target, path)), 90_000);
export const kinded = (object: KubeObject | undefined, apiVersion: string, kind: string): KubeObject => {
  assert.ok(object);
  return { ...object, apiVersion, kind };
};
