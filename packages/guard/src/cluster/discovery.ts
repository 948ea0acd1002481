import type { ResourceInfo } from '@toolcrib/kube';
import { type ApiFailure, ToolcribError } from '@toolcrib/model';
import { z } from 'zod';

export interface Discovered {
  resources: ResourceInfo[];
  failed: { group: string; why: string }[];
}

/** GETs a path with an Accept header. @throws ToolcribError as the Cluster port says */
export type Fetch = (
  path: string,
  accept: string,
) => Promise<{ type: string; body: Record<string, unknown> }>;

const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');
const ACCEPT = `${AGGREGATED},application/json`;

/**
 * What a cluster serves, of each resource the version that its group prefers among those that have it. A group
 * whose server is down is named in `failed` and hides nothing else.
 */
export async function discover(fetch: Fetch): Promise<Discovered> {
  const [core, groups] = await Promise.all([fetch('/api', ACCEPT), fetch('/apis', ACCEPT)]);
  const parts = await Promise.all([
    core.type.includes('APIGroupDiscoveryList') ? aggregated(core.body) : legacyCore(core.body, fetch),
    groups.type.includes('APIGroupDiscoveryList')
      ? aggregated(groups.body)
      : legacyGroups(groups.body, fetch),
  ]);
  return { resources: parts.flatMap((part) => part.resources), failed: parts.flatMap((part) => part.failed) };
}

const verbs = z.array(z.string()).nullish();

const discoveryList = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string().nullish() }).nullish(),
      versions: z.array(
        z.looseObject({
          version: z.string(),
          freshness: z.string().nullish(),
          resources: z
            .array(
              z.looseObject({
                resource: z.string(),
                scope: z.string().nullish(),
                responseKind: z.looseObject({ kind: z.string().nullish() }).nullish(),
                singularResource: z.string().nullish(),
                shortNames: z.array(z.string()).nullish(),
                categories: z.array(z.string()).nullish(),
                verbs,
                subresources: z.array(z.looseObject({ subresource: z.string() })).nullish(),
              }),
            )
            .nullish(),
        }),
      ),
    }),
  ),
});

function aggregated(body: Record<string, unknown>): Discovered {
  const result: Discovered = { resources: [], failed: [] };
  for (const item of understood(discoveryList, body).items) {
    const group = item.metadata?.name ?? '';
    const seen = new Set<string>();
    for (const version of item.versions) {
      if (version.freshness === 'Stale') {
        result.failed.push({ group, why: `the server behind ${group}/${version.version} does not answer` });
      }
      for (const one of version.resources ?? []) {
        if (seen.has(one.resource)) continue;
        seen.add(one.resource);
        result.resources.push({
          group,
          version: version.version,
          resource: one.resource,
          kind: one.responseKind?.kind ?? '',
          namespaced: one.scope === 'Namespaced',
          verbs: one.verbs ?? [],
          subresources: (one.subresources ?? []).map((sub) => sub.subresource),
          shortNames: one.shortNames ?? undefined,
          categories: one.categories ?? undefined,
          singular: one.singularResource ?? undefined,
        });
      }
    }
  }
  return result;
}

const groupList = z.looseObject({
  groups: z.array(
    z.looseObject({
      name: z.string(),
      versions: z.array(z.looseObject({ version: z.string() })),
      preferredVersion: z.looseObject({ version: z.string() }).nullish(),
    }),
  ),
});

const resourceList = z.looseObject({
  resources: z
    .array(
      z.looseObject({
        name: z.string(),
        kind: z.string(),
        namespaced: z.boolean().nullish(),
        verbs,
        shortNames: z.array(z.string()).nullish(),
        categories: z.array(z.string()).nullish(),
        singularName: z.string().nullish(),
      }),
    )
    .nullish(),
});

async function legacyCore(body: Record<string, unknown>, fetch: Fetch): Promise<Discovered> {
  const { versions } = understood(z.looseObject({ versions: z.array(z.string()) }), body);
  return legacyGroup('', versions, fetch);
}

async function legacyGroups(body: Record<string, unknown>, fetch: Fetch): Promise<Discovered> {
  const parts = await Promise.all(
    understood(groupList, body).groups.map((group) => {
      const preferred = group.preferredVersion?.version;
      const versions = group.versions.map((item) => item.version);
      return legacyGroup(group.name, [...new Set(preferred ? [preferred, ...versions] : versions)], fetch);
    }),
  );
  return { resources: parts.flatMap((part) => part.resources), failed: parts.flatMap((part) => part.failed) };
}

async function legacyGroup(group: string, versions: string[], fetch: Fetch): Promise<Discovered> {
  const lists = await Promise.all(
    versions.map(async (version) => {
      try {
        const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
        const { body } = await fetch(path, 'application/json');
        return { version, resources: legacyResources(group, version, body) };
      } catch (error) {
        // No credentials or no way there: that is no matter of one group.
        if (!(error instanceof ToolcribError) || error.code === 'credentials') throw error;
        const failure = error.cause as Partial<ApiFailure> | undefined;
        return { version, why: `${group}/${version}: ${failure?.message ?? error.message}` };
      }
    }),
  );
  const result: Discovered = { resources: [], failed: [] };
  const seen = new Set<string>();
  for (const list of lists) {
    if (list.why !== undefined) result.failed.push({ group, why: list.why });
    for (const resource of list.resources ?? []) {
      if (seen.has(resource.resource)) continue;
      seen.add(resource.resource);
      result.resources.push(resource);
    }
  }
  return result;
}

/** One group version's resources, with `pods/eviction` and its like as subresources of `pods`. */
export function legacyResources(
  group: string,
  version: string,
  body: Record<string, unknown>,
): ResourceInfo[] {
  const entries = understood(resourceList, body).resources ?? [];
  return entries
    .filter((entry) => !entry.name.includes('/'))
    .map((entry) => ({
      group,
      version,
      resource: entry.name,
      kind: entry.kind,
      namespaced: entry.namespaced === true,
      verbs: entry.verbs ?? [],
      subresources: entries
        .filter((other) => other.name.startsWith(`${entry.name}/`))
        .map((other) => other.name.slice(entry.name.length + 1)),
      shortNames: entry.shortNames ?? undefined,
      categories: entry.categories ?? undefined,
      singular: entry.singularName || undefined,
    }));
}

function understood<T>(schema: z.ZodType<T>, body: Record<string, unknown>): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const cause: ApiFailure = { status: 200, message: `${issue?.path.join('.')}: ${issue?.message}` };
  throw new ToolcribError('api', `The cluster's discovery can't be understood: ${cause.message}.`, {
    next: 'Is the address in the kubeconfig that of a Kubernetes API?',
    cause,
  });
}
