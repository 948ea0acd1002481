/**
 * Writes packages/kube/src/schema/openapi.generated.json: the OpenAPI v3 schemas of the served groups as the Go
 * module k8s.io/kubernetes carries them, without their descriptions, one schema a line. The published files have no
 * enumerations, which servers do answer: those are taken from the module's generated Go definitions.
 *
 *   npm run node -- scripts/generate/openapi.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleFolder } from './go-module.ts';
import { SERVED } from './served-kinds.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const folder = join(moduleFolder('k8s.io/kubernetes'), 'api/openapi-spec/v3');
const definitions = join(moduleFolder('k8s.io/kubernetes'), 'pkg/generated/openapi/zz_generated.openapi.go');
const enums = enumsOf(readFileSync(definitions, 'utf8'));
const schemas = new Map<string, string>();
for (const groupVersion of Object.keys(SERVED)) {
  const file = groupVersion.includes('/')
    ? `apis__${groupVersion.replace('/', '__')}`
    : `api__${groupVersion}`;
  const document = JSON.parse(readFileSync(join(folder, `${file}_openapi.json`), 'utf8')) as {
    components: { schemas: Record<string, Json> };
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const text = JSON.stringify(withEnums(name, withoutDescriptions(schema, false)));
    const before = schemas.get(name);
    if (before !== undefined && before !== text) throw new Error(`${name} differs between two documents`);
    schemas.set(name, text);
  }
}

/** By schema, property and whether it is of the items or values in it: the values, as Go sources list them. */
function enumsOf(source: string) {
  const found = new Map<string, { property: string; ofParts: boolean; values: string[] }[]>();
  let name = '';
  let property = '';
  for (const line of source.split('\n')) {
    const begin = /^func schema_k8sio_api_([a-z]+)_(v\w+?)_(\w+)\(/.exec(line);
    if (begin) name = `io.k8s.api.${begin[1]}.${begin[2]}.${begin[3]}`;
    else if (line.startsWith('func ')) name = '';
    property = /^\t{5}"(.+)": \{$/.exec(line)?.[1] ?? property;
    const [, tabs = '', values] = /^(\t+)Enum: +\[\]interface\{\}\{(.*)\},$/.exec(line) ?? [];
    if (values === undefined || name === '') continue;
    const list = found.get(name) ?? [];
    list.push({ property, ofParts: tabs.length > 7, values: JSON.parse(`[${values}]`) });
    found.set(name, list);
  }
  return found;
}

function withEnums(name: string, schema: Json): Json {
  const { properties } = schema as {
    properties?: Record<string, { items?: object; additionalProperties?: object }>;
  };
  for (const { property, ofParts, values } of enums.get(name) ?? []) {
    const at = properties?.[property];
    const place = ofParts ? (at?.items ?? at?.additionalProperties) : at;
    if (!place) throw new Error(`${name} has no ${property}, which is said to have an enumeration`);
    Object.assign(place, { enum: values });
  }
  return schema;
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
