import type { ResourceType } from '@toolcrib/kube';
import type { As, Cluster } from '@toolcrib/model';
import { statusOf, typesLeftBy } from './parts.ts';

/**
 * Whether these credentials may do everything that orphan-first takes: hold and delete the owner, see and mark what
 * stays, delete it at the finish, and create the owner again at an undo. Asked by SelfSubjectAccessReview, before
 * softening is offered: half a softening is worse than none.
 */
export async function canSoften(
  cluster: Cluster,
  target: ResourceType & { namespace: string; name: string },
  as?: As,
): Promise<{ allowed: true } | { allowed: false; why: string }> {
  const { namespace, name, ...type } = target;
  const asked = [
    ...['get', 'patch', 'delete'].map((verb) => ({ ...type, verb, namespace, name })),
    { ...type, verb: 'create', namespace },
    ...typesLeftBy(type.resource).flatMap((left) =>
      ['list', 'patch', 'delete'].map((verb) => ({ ...left, verb, namespace })),
    ),
  ];
  return all(cluster, asked, as);
}

/** The same for retain-first, which alters volumes. */
export async function canRetain(
  cluster: Cluster,
  volumes: readonly string[],
  as?: As,
): Promise<{ allowed: true } | { allowed: false; why: string }> {
  const type = { group: '', version: 'v1', resource: 'persistentvolumes' };
  const asked = volumes.flatMap((name) => ['get', 'patch'].map((verb) => ({ ...type, verb, name })));
  return all(cluster, asked, as);
}

type Question = Parameters<Cluster['mayI']>[0];

async function all(
  cluster: Cluster,
  asked: readonly Question[],
  as?: As,
): Promise<{ allowed: true } | { allowed: false; why: string }> {
  const ask = async (what: Question) => {
    try {
      return { what, ...(await cluster.mayI(what, as)) };
    } catch (error) {
      // Who may not even ask is not told yes.
      if (statusOf(error) !== 403) throw error;
      return { what, allowed: false };
    }
  };
  const answers = await Promise.all(asked.map(ask));
  const refused = answers.find(({ allowed }) => !allowed);
  if (!refused) return { allowed: true };
  const { verb, resource, namespace } = refused.what;
  const where = namespace ? ` in ${namespace}` : '';
  return { allowed: false, why: `it would take the right to ${verb} ${resource}${where}` };
}
