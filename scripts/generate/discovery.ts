/**
 * Writes packages/sandbox/src/schema/discovery.generated.json from the discovery documents that the Go module
 * k8s.io/kubernetes carries, trimmed to the types that the sandbox serves.
 *
 *   npm run node -- scripts/generate/discovery.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleFolder } from './go-module.ts';
import { NOT_SERVED_SUBRESOURCES, SERVED } from './served-kinds.ts';

interface ApiResource {
  name: string;
  kind: string;
  [field: string]: unknown;
}

const folder = join(moduleFolder('k8s.io/kubernetes'), 'api/discovery');
const groupVersions = Object.entries(SERVED).map(([groupVersion, served]) => {
  const file = groupVersion.includes('/')
    ? `apis__${groupVersion.replace('/', '__')}`
    : `api__${groupVersion}`;
  const document = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as {
    resources: ApiResource[];
  };
  const resources = document.resources.filter(
    ({ name }) => served.includes(name.split('/')[0] ?? '') && !NOT_SERVED_SUBRESOURCES.has(name),
  );
  return { groupVersion, resources };
});

const target = new URL('../../packages/sandbox/src/schema/discovery.generated.json', import.meta.url);
const lines = groupVersions.map(
  ({ groupVersion, resources }) =>
    `{"groupVersion":${JSON.stringify(groupVersion)},"resources":[\n${resources
      .map((resource) => JSON.stringify(resource))
      .join(',\n')}\n]}`,
);
writeFileSync(target, `[${lines.join(',\n')}]\n`);
