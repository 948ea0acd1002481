import { homedir } from 'node:os';
import { look, radiusOf } from '@toolcrib/guard/radius';
import { type ResourceInfo, refOf } from '@toolcrib/kube';
import { type Cluster, contextNameOf, type Radius, ToolcribError } from '@toolcrib/model';
import { contexts } from '../laptop/contexts.ts';
import { pathsOf } from '../laptop/paths.ts';
import { loadPerson, loadPersonHere, terminalOf } from '../laptop/person-kubeconfig.ts';

const POLICIES = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

/**
 * The blast radius of deleting (or scaling) one object, named as kubectl takes it: `sts/kafka`.
 * @throws ToolcribError `usage`, `not-found`, `unreachable`, `credentials`
 */
export async function radiusOfNamed(
  cluster: Cluster,
  what: string,
  options: { namespace?: string; cascade: string; scale?: number },
): Promise<Radius> {
  const [kind, name, ...rest] = what.split('/');
  if (!kind || !name || rest.length > 0) {
    throw new ToolcribError('usage', `${JSON.stringify(what)} does not name an object.`, {
      next: 'Write KIND/NAME, like sts/kafka.',
    });
  }
  if (!Object.hasOwn(POLICIES, options.cascade)) {
    throw new ToolcribError('usage', `--cascade ${options.cascade} is unknown.`, {
      next: 'background, foreground or orphan',
    });
  }
  const info = await findKind(cluster, kind);
  const namespace = info.namespaced ? (options.namespace ?? 'default') : undefined;
  const object = await cluster.get(info, { namespace, name });
  if (!object) {
    const where = namespace ? ` in namespace ${namespace}` : '';
    throw new ToolcribError('not-found', `There is no ${info.kind} ${name}${where}.`, {
      next: namespace ? 'Name the namespace with -n.' : undefined,
    });
  }
  const { spec } = object as { spec?: { replicas?: unknown } };
  if (options.scale !== undefined && !info.subresources.includes('scale') && spec?.replicas === undefined)
    throw new ToolcribError('usage', `${info.kind} ${name} has no size, so it can't be scaled.`, {
      next: 'Without --scale it is asked what would go if it were deleted.',
    });
  const propagationPolicy = POLICIES[options.cascade as keyof typeof POLICIES];
  const effect =
    options.scale === undefined
      ? { verb: 'delete' as const, options: { propagationPolicy } }
      : { verb: 'scale' as const, replicas: options.scale };
  const aims = [{ ref: refOf(object), type: { group: info.group, resource: info.resource }, effect }];
  return radiusOf(await look(cluster, aims), aims);
}

/** One cluster to look at, as kubectl would take it in this terminal. */
export interface Chosen {
  cluster: Cluster;
  /** The guard's name of it. */
  context: string;
  /** The one that the context sets. */
  namespace?: string;
  close(): Promise<void>;
}

/**
 * The cluster that this terminal's kubectl would use, reached with the person's own credentials: by this terminal's
 * files, never by what another terminal calls so.
 *
 * @param named as `--context` names it, or with a mark as the log does; else the current one
 * @throws ToolcribError `unknown-context`, `no-kubeconfig`, `bad-file`
 */
export function chosenCluster(
  env: Record<string, string | undefined>,
  named: string | undefined,
  home: string = homedir(),
): Chosen {
  const terminal = terminalOf(pathsOf(env, home), env, home);
  const name = named ?? terminal.current;
  if (!name) {
    throw new ToolcribError('unknown-context', 'There is no current context.', {
      next: 'Name one with --context.',
    });
  }
  const context = terminal.contextOf(name);
  // A context of ours says itself which terminal's it is, and so does a mark. Any other name is this terminal's own or nobody's.
  const isLabel = terminal.isGuarded(name) || contextNameOf(context) !== context;
  const all = contexts({ env, home, load: isLabel ? loadPerson : loadPersonHere });
  return {
    cluster: all.cluster(context),
    context,
    namespace: terminal.namespaceOf(name),
    close: () => all.close(),
  };
}

/** By kind, plural, singular or short name, with or without its group: as kubectl takes it. */
async function findKind(cluster: Cluster, given: string): Promise<ResourceInfo> {
  const { resources } = await cluster.resources();
  const [name = '', ...group] = given.toLowerCase().split('.');
  const named = (info: ResourceInfo) =>
    [info.resource, info.kind.toLowerCase(), info.singular, ...(info.shortNames ?? [])].includes(name);
  const found = resources.find(
    (info) => named(info) && (group.length === 0 || info.group === group.join('.')),
  );
  if (found) return found;
  throw new ToolcribError('not-found', `The cluster serves no kind ${given}.`, {
    next: 'kubectl api-resources lists what it serves.',
  });
}
