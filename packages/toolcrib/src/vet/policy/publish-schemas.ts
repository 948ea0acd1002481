import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packSchema } from '../pack/schema.ts';
import { trustPolicySchema } from './schema.ts';

/** Writes the JSON Schemas that editors and other programs use: `npm run node -- packages/toolcrib/src/vet/policy/publish-schemas.ts`. */
const folder = join(import.meta.dirname, '../../../../../policies');
for (const [file, schema] of [
  ['trust-policy.schema.json', trustPolicySchema],
  ['evidence-pack.schema.json', packSchema],
] as const)
  await writeFile(
    join(folder, file),
    `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
  );
