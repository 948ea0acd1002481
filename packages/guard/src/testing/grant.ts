import { type ClusterTarget, put } from './target.ts';

/** Gives a person rights in one namespace, by a Role. */
export async function grant(
  target: ClusterTarget,
  namespace: string,
  person: string,
  rules: object[],
): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const at = `/apis/${apiVersion}/namespaces/${namespace}`;
  const metadata = { name: person };
  await put(target, `${at}/roles`, { apiVersion, kind: 'Role', metadata, rules });
  await put(target, `${at}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: person },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: person }],
  });
}
