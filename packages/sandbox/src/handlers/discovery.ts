import { groupVersionOf } from '@toolcrib/kube';
import { parseAccept } from '../request/negotiate.ts';
import type { Reply } from '../request/reply.ts';
import type { ApiResource, GroupVersionResources } from '../schema/resources.ts';

const AGGREGATED = /^(v2|v2beta1)$/;

/**
 * Discovery. An aggregated document is answered in exactly the version that was asked for: kubectl 1.26 to 1.29
 * ask for `v2beta1` and break on `v2`.
 */
export function discoveryReply(
  path: string,
  accept: string | undefined,
  groups: GroupVersionResources[],
  address: string,
): Reply | undefined {
  const [root, group, version, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return undefined;
  if (root === 'api') {
    if (group === undefined) {
      return (
        aggregated(accept, groups.filter(isLegacy)) ??
        ok({
          kind: 'APIVersions',
          versions: ['v1'],
          serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
        })
      );
    }
    return version === undefined ? resourceList(groups, group) : undefined;
  }
  if (root !== 'apis') return undefined;
  const named = groups.filter((item) => !isLegacy(item));
  if (group === undefined) {
    return (
      aggregated(accept, named) ?? ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: apiGroups(named) })
    );
  }
  if (version !== undefined) return resourceList(named, `${group}/${version}`);
  const found = apiGroups(named).find(({ name }) => name === group);
  return found && ok({ kind: 'APIGroup', apiVersion: 'v1', ...found });
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function isLegacy({ groupVersion }: GroupVersionResources): boolean {
  return !groupVersion.includes('/');
}

function apiGroups(groups: GroupVersionResources[]) {
  const names = [...new Set(groups.map(({ groupVersion }) => groupVersionOf(groupVersion).group))];
  return names.map((name) => {
    const versions = groups
      .map(({ groupVersion }) => ({ groupVersion, version: groupVersionOf(groupVersion).version }))
      .filter(({ groupVersion }) => groupVersionOf(groupVersion).group === name);
    return { name, versions, preferredVersion: versions[0] };
  });
}

function resourceList(groups: GroupVersionResources[], groupVersion: string): Reply | undefined {
  const found = groups.find((item) => item.groupVersion === groupVersion);
  if (!found) return undefined;
  const apiVersion = groupVersion.includes('/') ? { apiVersion: 'v1' } : {};
  return ok({ kind: 'APIResourceList', ...apiVersion, groupVersion, resources: found.resources });
}

function aggregated(accept: string | undefined, groups: GroupVersionResources[]): Reply | undefined {
  for (const { media, parameters } of parseAccept(accept)) {
    if (media !== 'application/json' && media !== '*/*' && media !== 'application/*') continue;
    const { as, v = '', g } = parameters;
    if (as === undefined) return undefined;
    if (as !== 'APIGroupDiscoveryList' || g !== 'apidiscovery.k8s.io' || !AGGREGATED.test(v)) continue;
    const document = {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${v}`,
      metadata: {},
      items: groupItems(groups),
    };
    return {
      status: 200,
      body: document,
      raw: {
        contentType: `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`,
        body: `${JSON.stringify(document)}\n`,
      },
      headers: { vary: 'Accept' },
    };
  }
  return undefined;
}

function groupItems(groups: GroupVersionResources[]) {
  const names = [...new Set(groups.map(({ groupVersion }) => groupVersionOf(groupVersion).group))];
  return names.map((name) => ({
    metadata: name === '' ? {} : { name },
    versions: groups
      .filter(({ groupVersion }) => groupVersionOf(groupVersion).group === name)
      .map(({ groupVersion, resources }) => ({
        version: groupVersionOf(groupVersion).version,
        resources: resourceItems(resources),
        freshness: 'Current',
      })),
  }));
}

function resourceItems(resources: ApiResource[]) {
  // Empty means: the group and version of the document.
  const kindOf = (resource: ApiResource) => ({
    group: resource.group ?? '',
    version: resource.version ?? '',
    kind: resource.kind,
  });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const subresources = resources
        .filter(({ name }) => name.startsWith(`${resource.name}/`))
        .map((sub) => ({
          subresource: sub.name.slice(resource.name.length + 1),
          responseKind: kindOf(sub),
          verbs: sub.verbs,
        }));
      return {
        resource: resource.name,
        responseKind: kindOf(resource),
        scope: resource.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: resource.singularName,
        verbs: resource.verbs,
        ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
        ...(resource.categories ? { categories: resource.categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
}
