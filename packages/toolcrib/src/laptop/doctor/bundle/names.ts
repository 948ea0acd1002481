import { hostname, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { contextNameOf } from '@toolcrib/model';
import type { Patient } from '../check.ts';
import { kubeconfigsOf, quiet } from './files.ts';

/** What a name is replaced by: the same name always by the same word. */
export type Names = ReadonlyMap<string, string>;

/**
 * The names of clusters, namespaces, people, machines and folders that may stand in a text.
 * @param written those that guard.yaml has
 */
export function namesOf(
  patient: Pick<Patient, 'paths' | 'env' | 'home' | 'guard' | 'person'>,
  written: readonly string[] = [],
): Names {
  const { paths, home, guard, person } = patient;
  const names = new Map<string, string>([
    [home, '<home>'],
    [dirname(paths.policy), '<config>'],
    [paths.state, '<state>'],
  ]);
  const counts = new Map<string, number>();
  const add = (kind: string, name: string | undefined) => {
    if (!name || names.has(name)) return;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    names.set(name, `<${kind}-${count}>`);
  };
  const labels = [...(person?.contextNames ?? []), ...(guard?.contexts ?? []).map(({ context }) => context)];
  for (const label of labels) for (const name of [label, contextNameOf(label)]) add('context', name);
  const files = kubeconfigsOf(patient).flatMap((path) => quiet(() => readKubeconfig(path)) ?? []);
  for (const { contexts, clusters, users } of files) {
    for (const { name, context } of contexts) {
      add('context', name);
      add('namespace', context.namespace);
    }
    for (const { name, cluster } of clusters) {
      const url = cluster.server ? URL.parse(cluster.server) : null;
      if (url && url.hostname !== '127.0.0.1') {
        add('server', cluster.server);
        add('host', url.hostname);
      }
      add('cluster', name);
    }
    for (const { name } of users) add('user', name);
  }
  for (const name of written) add('name', name);
  add(
    'person',
    quiet(() => userInfo().username),
  );
  add('machine', hostname());
  return names;
}
