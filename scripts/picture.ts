// The picture of the README: the demo, run in a terminal of its own, as it looked at its end. `npm run picture` records it
// anew; `-- --check` only says whether the one that is committed still shows what the demo says. Needs script(1).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsOf } from './options.ts';
import { drift, linesOf } from './picture/drift.ts';
import { record } from './picture/record.ts';
import { svgOf } from './picture/svg.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs/picture.svg');
const { check } = optionsOf(
  { options: { check: { type: 'boolean' } } },
  'npm run picture -- [--check]',
).values;
const lines = record(root);
if (check) {
  const faults = drift(linesOf(readFileSync(file, 'utf8')), linesOf(svgOf(lines)));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) console.error('docs/picture.svg is not what the demo shows: npm run picture');
  process.exitCode = faults.length > 0 ? 1 : 0;
} else {
  writeFileSync(file, svgOf(lines));
  console.log(`docs/picture.svg shows ${lines.length} lines of the demo.`);
}
