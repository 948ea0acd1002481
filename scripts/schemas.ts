// Writes the JSON Schemas of the files that people write, for their editors, from the zod schemas that read them; and the
// OpenAPI document of the guard's own API from those of the operations.
// `--check` only says whether they are up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { guardPolicySchema } from '../packages/guard/src/policy/schema.ts';
import { openApi } from '../packages/toolcrib/src/faces/api/openapi.ts';
import { packSchema } from '../packages/vet/src/pack/schema.ts';
import { trustPolicySchema } from '../packages/vet/src/policy/schema.ts';
import { optionsOf } from './options.ts';

const schemas: Record<string, z.ZodType> = {
  'guard-policy.schema.json': guardPolicySchema,
  'trust-policy.schema.json': trustPolicySchema,
  'evidence-pack.schema.json': packSchema,
};

const documents: [path: string, document: unknown][] = [
  ...Object.entries(schemas).map(([name, schema]): [string, unknown] => [
    `policies/${name}`,
    z.toJSONSchema(schema, { io: 'input' }),
  ]),
  ['docs/openapi.json', openApi()],
];

const { check } = optionsOf(
  { options: { check: { type: 'boolean' } } },
  'scripts/schemas.ts [--check]',
).values;
let stale = 0;
for (const [path, document] of documents) {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale++;
  if (check) console.error(`${path} is not up to date: npm run check -- --fix`);
  else writeFileSync(path, text);
}
process.exit(check && stale > 0 ? 1 : 0);
