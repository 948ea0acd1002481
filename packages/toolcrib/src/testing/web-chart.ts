import { paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf } from '@toolcrib/guard/testing/workloads.ts';
import type { Stage } from './stage.ts';

/** Where the parts of the release `web` are, and helm's record of it. */
export const at = (namespace: string) => ({
  service: `${paths.core(namespace, 'services')}/web`,
  conf: `${paths.core(namespace, 'configmaps')}/conf`,
  web: `${paths.apps(namespace, 'deployments')}/web`,
  record: `${paths.core(namespace, 'secrets')}/sh.helm.release.v1.web.v1`,
});
/** Which of them stand. */
export const standing = async (stage: Stage, namespace: string) =>
  (
    await Promise.all(
      Object.entries(at(namespace)).map(async ([name, path]) =>
        (await seen(stage.target, path)) ? [name] : [],
      ),
    )
  ).flat();
/** Once its Pods run. */
export const running = (stage: Stage, namespace: string) =>
  until('two Pods run', async () => {
    const pods = await podsOf(stage.target, namespace, 'web');
    return pods.length === 2 && pods.every((pod) => pod.status?.phase === 'Running');
  });

/** Of the acts of that namespace, oldest first. */
export const titles = async (stage: Stage, namespace: string): Promise<string[]> =>
  (await stage.home.journal().acts())
    .map(({ title }) => title)
    .filter((title) => title.includes(`${namespace}/`))
    .reverse();
