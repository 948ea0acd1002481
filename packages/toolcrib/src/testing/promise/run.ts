import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { put, until } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import fc from 'fast-check';
import type { Stage } from '../stage.ts';
import type { Before } from './before.ts';
import { childOf, GROUP } from './objects.ts';
import { oneCase } from './one-case.ts';
import { world } from './world.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** What a number of random cases came to. */
export interface PromiseRun {
  checked: number;
  went: number;
  lost: number;
  failures: { name: string; why: string }[];
}

/**
 * So many random namespaces over one cluster with a guard before it.
 * @param atOnce cases under way at a time
 */
export async function promiseCases(
  stage: Stage,
  options: { seed: number; count: number; atOnce: number; progress(line: string): void; only?: number },
): Promise<PromiseRun> {
  const { target } = stage;
  for (const [kind, resource] of [
    ['Widget', 'widgets'],
    ['Gadget', 'gadgets'],
  ] as const)
    await define(target, kind, resource);
  const stop = operator(target);
  const { resources } = await target.cluster.resources();
  const journal = stage.home.journal();
  const before: Before = {
    target,
    journal,
    send: async (method, path, body) => {
      const headers: Record<string, string> =
        method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      return (await stage.send(method, path, { context: 'observe', body, headers })).status;
    },
    kinds: resources.filter(
      ({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'),
    ),
  };
  const worlds = fc.sample(world, { seed: options.seed, numRuns: options.count });
  const run: PromiseRun = { checked: 0, went: 0, lost: 0, failures: [] };
  const rest = worlds.entries();
  const worker = async () => {
    for (const [index, one] of rest) {
      if (options.only !== undefined && index !== options.only) continue;
      const name = `p-${options.seed}-${index}`;
      try {
        const result = await oneCase(before, one, name);
        run.went += result.went;
        run.lost += result.lost;
        if (result.wrong.length > 0)
          run.failures.push({ name, why: `${JSON.stringify(one)}: ${result.wrong.join('\n  ')}` });
      } catch (error) {
        run.failures.push({
          name,
          why: `${JSON.stringify(one)}: ${error instanceof Error ? error.message : error}`,
        });
      }
      const failed = run.failures.find((failure) => failure.name === name);
      if (failed) options.progress(`${failed.name}: ${failed.why}`);
      run.checked++;
      options.progress(
        `${run.checked}/${options.count} namespaces, ${run.went} objects went, ${run.failures.length} not as said`,
      );
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, worker));
  await stop();
  await journal.close();
  return run;
}

async function define(target: ClusterTarget, kind: string, resource: string): Promise<void> {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  };
  await put(target, DEFINITIONS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind, plural: resource, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema }],
    },
  });
  const path = `/apis/${GROUP}/v1/${resource}`;
  await until(`${resource} served`, async () => (await target.https('GET', path)).status === 200);
  await until(`${kind} known`, () =>
    target.cluster.typeOf({ apiVersion: `${GROUP}/v1`, kind }).catch(() => undefined),
  );
}

/** Makes the children of each Widget, with a fresh password each time, as generators of credentials do. */
function operator(target: ClusterTarget): () => Promise<void> {
  let going = true;
  const done = (async () => {
    while (going) {
      const { body } = await target
        .https('GET', `/apis/${GROUP}/v1/widgets`)
        .catch(() => ({ body: {} as KubeObject }));
      for (const widget of (body.items ?? []) as KubeObject[]) {
        if (widget.metadata.deletionTimestamp !== undefined) continue;
        const owner = { ...widget, apiVersion: `${GROUP}/v1`, kind: 'Widget' };
        for (const kind of (widget.spec?.children ?? []) as string[]) {
          const { path, object } = childOf(owner, kind, Math.random().toString(36));
          const at = path.lastIndexOf('/');
          await target
            .https(
              'POST',
              `${path.slice(0, at)}/namespaces/${widget.metadata.namespace}${path.slice(at)}`,
              object,
            )
            .catch(() => undefined);
        }
      }
      await new Promise((next) => setTimeout(next, 30));
    }
  })();
  return async () => {
    going = false;
    await done;
  };
}
