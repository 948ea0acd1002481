/**
 * Writes packages/kube/src/schema/openapi.generated.json: the OpenAPI v3 schemas of the served groups as the Go
 * module k8s.io/kubernetes carries them, without their descriptions, one schema a line.
 *
 *   npm run node -- scripts/generate/openapi.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleFolder } from './go-module.ts';
import { SERVED } from './served-kinds.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const folder = join(moduleFolder('k8s.io/kubernetes'), 'api/openapi-spec/v3');
const schemas = new Map<string, string>();
for (const groupVersion of Object.keys(SERVED)) {
  const file = groupVersion.includes('/')
    ? `apis__${groupVersion.replace('/', '__')}`
    : `api__${groupVersion}`;
  const document = JSON.parse(readFileSync(join(folder, `${file}_openapi.json`), 'utf8')) as {
    components: { schemas: Record<string, Json> };
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const text = JSON.stringify(withoutDescriptions(schema, false));
    const before = schemas.get(name);
    if (before !== undefined && before !== text) throw new Error(`${name} differs between two documents`);
    schemas.set(name, text);
  }
}

/** A property may itself be called `description`: only the keyword goes. */
function withoutDescriptions(value: Json, isProperties: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => withoutDescriptions(item, false));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => isProperties || key !== 'description');
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutDescriptions(item, !isProperties && key === 'properties')]),
  );
}

const target = new URL('../../packages/kube/src/schema/openapi.generated.json', import.meta.url);
const lines = [...schemas].sort().map(([name, text]) => `${JSON.stringify(name)}:${text}`);
writeFileSync(target, `{\n${lines.join(',\n')}\n}\n`);
