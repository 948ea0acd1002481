import { type ResourceInfo, refOf } from '@toolcrib/kube';
import { type Cluster, nameText, nearest, type Radius, ToolcribError } from '@toolcrib/model';
import { radiusSchema } from '@toolcrib/model/records/radius';
import { z } from 'zod';
import { operation } from './operation.ts';

const POLICIES = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

export const radius = operation({
  name: 'radius',
  title: 'What would go if one object were deleted, or scaled down. Only looks.',
  looks: true,
  reaches: 'cluster',
  input: z.strictObject({
    /** As kubectl takes it: `sts/kafka`, `crd/kafkas.kafka.strimzi.io`. */
    what: z.string(),
    namespace: z.string().optional(),
    context: z.string().optional(),
    cascade: z.enum(['background', 'foreground', 'orphan']).default('background'),
    /** Of a scale-down to so many instead. */
    scale: z.int().min(0).optional(),
  }),
  output: radiusSchema,
  async run(context, { what, context: named, ...options }) {
    const { cluster, namespace } = await context.chosen(named);
    return radiusOfNamed(cluster, what, { ...options, namespace: options.namespace ?? namespace });
  },
});

/**
 * The blast radius of deleting (or scaling) one object, named as kubectl takes it: `sts/kafka`.
 * @throws ToolcribError `usage`, `not-found`, `unreachable`, `credentials`
 */
async function radiusOfNamed(
  cluster: Cluster,
  what: string,
  options: { namespace?: string; cascade: keyof typeof POLICIES; scale?: number },
): Promise<Radius> {
  const [kind, name, ...rest] = what.split('/');
  if (!kind || !name || rest.length > 0) {
    throw new ToolcribError('usage', `${JSON.stringify(what)} does not name an object.`, {
      next: 'Write KIND/NAME, like sts/kafka.',
    });
  }
  const info = await findKind(cluster, kind);
  const namespace = info.namespaced ? (options.namespace ?? 'default') : undefined;
  const object = await cluster.get(info, { namespace, name });
  if (!object) {
    const where = namespace ? ` in namespace ${nameText(namespace)}` : '';
    throw new ToolcribError('not-found', `There is no ${info.kind} ${nameText(name)}${where}.`, {
      next: namespace ? 'Name the namespace with -n.' : undefined,
    });
  }
  const { spec } = object as { spec?: { replicas?: unknown } };
  if (options.scale !== undefined && !info.subresources.includes('scale') && spec?.replicas === undefined)
    throw new ToolcribError('usage', `${info.kind} ${name} has no size, so it can't be scaled.`, {
      next: 'Without --scale it is asked what would go if it were deleted.',
    });
  const propagationPolicy = POLICIES[options.cascade];
  const effect =
    options.scale === undefined
      ? { does: 'delete' as const, options: { propagationPolicy } }
      : { does: 'scale' as const, replicas: options.scale };
  const aims = [{ ref: refOf(object), type: { group: info.group, resource: info.resource }, effect }];
  const { look, radiusOf } = await import('@toolcrib/guard/radius');
  return radiusOf(await look(cluster, aims), aims);
}

/** By kind, plural, singular or short name, with or without its group: as kubectl takes it. */
async function findKind(cluster: Cluster, given: string): Promise<ResourceInfo> {
  const { resources } = await cluster.resources();
  const [name = '', ...group] = given.toLowerCase().split('.');
  const namesOf = ({ resource, kind, singular, shortNames = [] }: ResourceInfo) => [
    resource,
    kind.toLowerCase(),
    singular,
    ...shortNames,
  ];
  const named = (info: ResourceInfo) => namesOf(info).includes(name);
  const found = resources.find(
    (info) => named(info) && (group.length === 0 || info.group === group.join('.')),
  );
  if (found) return found;
  const [near] = nearest(
    name,
    resources.flatMap(namesOf).filter((one): one is string => Boolean(one)),
  );
  throw new ToolcribError('not-found', `The cluster serves no kind ${nameText(given)}.`, {
    next: `${near === undefined ? '' : `Did you mean ${near}? `}kubectl api-resources lists what it serves.`,
  });
}
