// Step: act
import { type KubeObject, type ObjectRef, type ResourceInfo, refOf } from '@toolcrib/kube';
import { type As, type ClientProcess, type Cluster, ToolcribError } from '@toolcrib/model';
import { type DeleteCommand, deleteCommand } from '../act/command-line.ts';

/** An object that an act will go through, with its type. */
export interface Foreseen {
  ref: ObjectRef;
  type: { group: string; resource: string };
}

/** What a command names by files. */
export interface AskedManifests {
  files: readonly string[];
  /** The folder of a kustomization. */
  kustomization?: string;
  recursive: boolean;
}

/** The objects that they name, all of them; none where one can't be read, and why. */
export interface ReadAhead {
  objects: KubeObject[];
  untold?: string;
}

/** Reads what a program's files name, as that program would read them. */
export type ReadManifests = (
  asked: AskedManifests,
  at: { cwd: string; stdin?: string },
) => Promise<ReadAhead>;

export interface Foretold {
  objects: Foreseen[];
  /** Why a part of what it will go through, or all, can't be told ahead: a person is told so. */
  untold?: string;
}

/** GETs and LISTs under way at once. */
const AT_ONCE = 8;
/** A command that names more is judged kind by kind, as it goes. */
const MOST = 500;

/**
 * What a `kubectl delete` that was typed on this machine will go through, told by its command line: kubectl itself lists
 * one kind after another and sends a delete after each, so nothing on the wire tells the whole. A hint that only adds:
 * what can't be found out is left to the lists and to each request.
 *
 * @param namespace of the act's first request
 */
export async function foretold(
  client: ClientProcess,
  cluster: Cluster,
  as: As | undefined,
  namespace: string | undefined,
  manifests: ReadManifests,
): Promise<Foretold> {
  const command = deleteCommand(client.argv);
  if (!command) return { objects: [] };
  try {
    const { asked, untold } = await questions(command, client, cluster, as, namespace, manifests);
    if (untold !== undefined) return { objects: [], untold };
    if (asked.length > MOST) return { objects: [], untold: `it names more than ${MOST} objects` };
    // One kind, listed or named alone, is told by the wire as well.
    if (asked.length < 2) return { objects: [] };
    const found: Foreseen[][] = asked.map(() => []);
    const rest = asked.entries();
    const work = async () => {
      for (const [place, { info, ask }] of rest)
        found[place] = (await ask()).map((object) => ({ ref: refOf(object), type: info }));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { objects: found.flat() };
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    return { objects: [], untold: 'the cluster does not tell' };
  }
}

interface Question {
  info: ResourceInfo;
  ask(): Promise<KubeObject[]>;
}

async function questions(
  command: DeleteCommand,
  client: ClientProcess,
  cluster: Cluster,
  as: As | undefined,
  first: string | undefined,
  manifests: ReadManifests,
): Promise<{ asked: Question[]; untold?: string }> {
  const { resources } = await cluster.resources(as);
  const home = command.namespace ?? first;
  const one = (info: ResourceInfo, name: string, namespace = home): Question => ({
    info,
    ask: async () => {
      const found = await cluster.get(info, { name, ...(info.namespaced ? { namespace } : {}) }, as);
      return found ? [found] : [];
    },
  });
  const { labelSelector, fieldSelector } = command;
  const every = (info: ResourceInfo): Question => ({
    info,
    ask: () => {
      const namespace = info.namespaced && !command.allNamespaces ? home : undefined;
      return cluster.list(info, { namespace, labelSelector, fieldSelector, metadata: true }, as);
    },
  });
  const types = command.types.flatMap((type) => typed(type, resources));
  const named = command.files.length > 0 || command.kustomization !== undefined;
  const { cwd, stdin } = client;
  const { objects, untold } = !named
    ? { objects: [] }
    : cwd === undefined
      ? { objects: [], untold: 'where its files are can’t be told' }
      : await manifests(command, { cwd, ...(stdin === undefined ? {} : { stdin }) });
  const asked = [
    ...objects.flatMap(({ apiVersion, kind, metadata }) => {
      const info = resources.find((known) => known.kind === kind && inGroup(known, apiVersion));
      return info ? [one(info, metadata.name, metadata.namespace ?? home)] : [];
    }),
    ...command.pairs.flatMap(({ type, name }) => typed(type, resources).map((info) => one(info, name))),
    ...types.flatMap((info) =>
      command.every ? [every(info)] : command.names.map((name) => one(info, name)),
    ),
  ];
  return { asked, ...(untold === undefined ? {} : { untold }) };
}

function inGroup({ group }: ResourceInfo, apiVersion: string): boolean {
  return group === (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
}

/** `all` and other categories, a plural, a singular, a short name, each with `.group` or `.version.group` or without. */
function typed(text: string, resources: readonly ResourceInfo[]): ResourceInfo[] {
  const lower = text.toLowerCase();
  const category = resources.filter(({ categories }) => categories?.includes(lower));
  if (category.length > 0) return category.filter(({ verbs }) => verbs.includes('delete'));
  const [name = '', ...suffix] = lower.split('.');
  const fits = ({ resource, singular, shortNames, kind, group, version }: ResourceInfo): boolean => {
    const named =
      resource === name || singular === name || kind.toLowerCase() === name || shortNames?.includes(name);
    const end = suffix.join('.');
    const qualified = end === '' || group.startsWith(end) || `${version}.${group}`.startsWith(end);
    return named === true && qualified;
  };
  return resources.filter(fits).slice(0, 1);
}
