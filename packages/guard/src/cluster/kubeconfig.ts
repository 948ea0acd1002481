import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { listed, nameText, nearest, shellWord, ToolcribError } from '@toolcrib/model';
import {
  type ClusterEntry,
  type KubeconfigFile,
  parseKubeconfig,
  type UserEntry,
} from './kubeconfig-file.ts';

/** The `extensions` name by which a kubeconfig file says that toolcrib wrote it. Such files are never read as the person's. */
export const OWN_FILE_MARK = 'toolcrib.dev/guarded';

/** One context with all that is needed to reach its cluster. Paths in it are absolute. */
export interface ContextConfig {
  name: string;
  namespace?: string;
  clusterName: string;
  cluster: ClusterEntry;
  userName?: string;
  user: UserEntry;
  /** The file that the context stands in. */
  file: string;
  /** The folder of the file that the user stands in: a credential plugin's relative path starts there. */
  userFolder: string;
}

export interface Kubeconfig {
  /** Those that exist, in the order in which they count. */
  files: string[];
  currentContext?: string;
  /** In the order of the files. */
  contextNames: string[];
  /** The namespace that a context sets. */
  namespaceOf(name: string): string | undefined;
  /** @throws ToolcribError `unknown-context`, or `bad-file` where the context names a cluster or user that is not there */
  context(name: string): ContextConfig;
}

/**
 * Loads the person's kubeconfig as kubectl does: the files of `KUBECONFIG`, else `~/.kube/config`. Of each
 * entry the first file that has it wins; files that don't exist are passed over, and so is our own.
 *
 * @param from.withOurs also our own: what kubectl itself would see
 * @throws ToolcribError `no-kubeconfig` (unreadable), `bad-file` (with line and column)
 */
export function loadKubeconfig(from: {
  env: Record<string, string | undefined>;
  home?: string;
  withOurs?: boolean;
}): Kubeconfig {
  const paths = kubeconfigPaths(from.env, from.home ?? homedir());
  const files = [...new Set(paths)]
    .flatMap((path) => readKubeconfig(path) ?? [])
    .filter((file) => from.withOurs || !isOurs(file));
  return merged(files);
}

/** Where kubectl would look, in its order. */
export function kubeconfigPaths(env: Record<string, string | undefined>, home: string): string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length === 0) return [join(home, '.kube', 'config')];
  return listed.map((path) => resolve(path));
}

/** undefined where there is no such file. @throws ToolcribError `no-kubeconfig`, `bad-file` */
export function readKubeconfig(path: string): KubeconfigFile | undefined {
  const stamp = stampOf(path);
  const known = stamp === undefined ? undefined : readings.get(path);
  if (known && known.stamp === stamp) return known.file;
  const file = readAnew(path);
  readings.delete(path);
  if (file && stamp !== undefined) readings.set(path, { stamp, file });
  if (readings.size > READINGS) readings.delete(readings.keys().next().value ?? '');
  return file;
}

/**
 * What stands in each file, as long as that is the same file with the same times: several terminals have the same files, and
 * a large one takes long to parse. What is given is shared, so nobody may change it.
 */
const readings = new Map<string, { stamp: string; file: KubeconfigFile }>();
const READINGS = 64;
/** A file's time has steps: one that was written within this (ms) may be written again under the same. */
const STEP = 100;

/** Tells one state of a file from another; undefined where that can't be told yet, or there is none. */
function stampOf(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    const youngest = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
    if (Math.abs(Date.now() - youngest) < STEP) return undefined;
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return undefined;
  }
}

function readAnew(path: string): KubeconfigFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ToolcribError('no-kubeconfig', `The kubeconfig ${path} can't be read: ${message}.`, {
      next: 'Make it readable for you, or take it out of KUBECONFIG.',
      cause,
    });
  }
  return parseKubeconfig(path, text);
}

export function isOurs(file: KubeconfigFile): boolean {
  return file.extensions.some((extension) => extension.name === OWN_FILE_MARK);
}

function merged(files: KubeconfigFile[]): Kubeconfig {
  const first = <Kind extends 'clusters' | 'users' | 'contexts'>(kind: Kind, name: string) => {
    for (const file of files) {
      const entry = file[kind].find((item) => item.name === name) as KubeconfigFile[Kind][number] | undefined;
      if (entry) return { file: file.path, entry };
    }
    return undefined;
  };
  const contextNames = [...new Set(files.flatMap((file) => file.contexts.map((item) => item.name)))];
  return {
    files: files.map((file) => file.path),
    currentContext: files
      .map((file) => file.currentContext)
      .find((name) => name !== undefined && name !== ''),
    contextNames,
    namespaceOf: (name) => first('contexts', name)?.entry.context.namespace || undefined,
    context(name) {
      const found = first('contexts', name);
      if (!found) throw unknownContext(name, contextNames, files);
      const { context } = found.entry;
      const cluster = first('clusters', context.cluster);
      if (!cluster) throw dangling(found.file, name, 'cluster', context.cluster);
      const user = context.user ? first('users', context.user) : undefined;
      if (context.user && !user) throw dangling(found.file, name, 'user', context.user);
      return {
        name,
        namespace: context.namespace || undefined,
        clusterName: context.cluster,
        cluster: withAbsolutePaths(cluster.entry.cluster, cluster.file, ['certificate-authority']),
        userName: context.user || undefined,
        user: user
          ? withAbsolutePaths(user.entry.user, user.file, ['client-certificate', 'client-key', 'tokenFile'])
          : {},
        file: found.file,
        userFolder: dirname(user?.file ?? found.file),
      };
    },
  };
}

function withAbsolutePaths<Entry extends object>(entry: Entry, file: string, fields: (keyof Entry)[]): Entry {
  const result = { ...entry };
  for (const field of fields) {
    const path = result[field];
    if (typeof path === 'string' && path !== '' && !isAbsolute(path)) {
      result[field] = join(dirname(file), path) as Entry[keyof Entry];
    }
  }
  return result;
}

function unknownContext(name: string, known: string[], files: KubeconfigFile[]): ToolcribError {
  const where = files.length > 0 ? files.map((file) => file.path).join(', ') : 'no kubeconfig file';
  if (known.length === 0) {
    return new ToolcribError(
      'no-kubeconfig',
      `There is no context ${JSON.stringify(name)}: no context at all was found (read: ${where}).`,
      {
        next: 'Set KUBECONFIG, or let your cloud’s command line write ~/.kube/config.',
      },
    );
  }
  const near = nearest(name, known);
  return new ToolcribError('unknown-context', `There is no context ${JSON.stringify(name)} in ${where}.`, {
    next: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are: ${listed(name, known)}.`,
  });
}

function dangling(file: string, context: string, kind: string, name: string): ToolcribError {
  return new ToolcribError(
    'bad-file',
    `In ${file}, the context ${nameText(context)} names the ${kind} ${JSON.stringify(name)}, which stands in no kubeconfig file.`,
    { next: `Add the ${kind}, or remove the context: kubectl config delete-context ${shellWord(context)}` },
  );
}
