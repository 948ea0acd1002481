// Step: keep
import { groupVersionOf, type KubeObject } from '@toolcrib/kube';
import { type As, type Cluster, type Radius, type RadiusMember, ToolcribError } from '@toolcrib/model';

/** From so many objects of one kind in one namespace on, one LIST is cheaper than as many GETs. */
const LIST_FROM = 4;

/**
 * The whole objects of a radius as they stand now, targets first: what a snapshot holds. What has gone meanwhile is
 * left out; a volume that would be lost is kept too, as its object.
 *
 * @param known whole objects that were read already
 * @throws ToolcribError `not-kept` where one can't be read: what can't be kept must not be destroyed
 */
export async function wholeObjects(
  cluster: Cluster,
  radius: Radius,
  known: readonly KubeObject[],
  as: As | undefined,
): Promise<KubeObject[]> {
  const byUid = new Map(known.map((object) => [object.metadata.uid, object]));
  const missing = new Map<string, RadiusMember[]>();
  for (const member of radius.members) {
    if (byUid.has(member.ref.uid)) continue;
    const { apiVersion, kind, namespace } = member.ref;
    const key = JSON.stringify([apiVersion, kind, namespace]);
    const group = missing.get(key);
    if (group) group.push(member);
    else missing.set(key, [member]);
  }
  await Promise.all(
    [...missing.values()].map(async (members) => {
      for (const object of await readGroup(cluster, members, as)) byUid.set(object.metadata.uid, object);
    }),
  );
  const members = radius.members.flatMap((member) => byUid.get(member.ref.uid) ?? []);
  return [...new Set([...members, ...known])];
}

async function readGroup(
  cluster: Cluster,
  members: RadiusMember[],
  as: As | undefined,
): Promise<KubeObject[]> {
  const first = members[0]?.ref;
  if (!first) return [];
  try {
    const type = await cluster.typeOf(first, as);
    const namespace = first.namespace;
    if (members.length >= LIST_FROM) {
      const wanted = new Set(members.map((member) => member.ref.uid));
      const listed = await cluster.list(type, { namespace }, as);
      return listed.filter((object) => wanted.has(object.metadata.uid));
    }
    const got = await Promise.all(
      members.map(({ ref }) => cluster.get(type, { namespace, name: ref.name }, as)),
    );
    return got.filter((object): object is KubeObject => object !== undefined);
  } catch (cause) {
    const { group } = groupVersionOf(first.apiVersion);
    const what = `${first.kind}${group ? `.${group}` : ''}`;
    throw new ToolcribError(
      'not-kept',
      `${what} could not be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}
