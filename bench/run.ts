// `npm run bench -- NAME [--json]`: measures in this run, beside a rival where there is one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { optionsOf } from '../scripts/options.ts';

/** One measured figure. `ratio` is value / beside; `goal` says what was wanted of it, `met` whether it is so. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The rival, and what it measured in the same unit. */
  beside?: { name: string; value: number } | string;
  ratio?: number;
  goal?: string;
  met?: boolean;
}

const {
  positionals: names,
  values: { json },
} = optionsOf(
  { allowPositionals: true, options: { json: { type: 'boolean' } } },
  'npm run bench -- NAME [--json], for a file NAME.ts in bench/',
);
const figures: Figure[] = [];
for (const name of names) {
  const file = join(import.meta.dirname, `${name}.ts`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
    console.error(`There is no benchmark ${JSON.stringify(name)}. See the files in bench/.`);
    process.exit(2);
  }
  const { default: measure } = (await import(file)) as { default: () => Promise<Figure[]> };
  figures.push(...(await measure()));
}
if (names.length === 0) {
  console.error('Which? npm run bench -- NAME, for a file NAME.ts in bench/.');
  process.exit(2);
}
for (const { name, value, unit, beside, ratio, goal, met } of figures) {
  const parts = [
    name.padEnd(52),
    `${round(value)} ${unit}`.padStart(14),
    beside ? `beside ${typeof beside === 'string' ? beside : `${beside.name} ${round(beside.value)}`}` : '',
    ratio === undefined ? '' : `ratio ${round(ratio)}`,
    goal ? `goal ${goal}: ${met ? 'met' : 'NOT MET'}` : '',
  ];
  console.log(parts.filter((part) => part !== '').join('  '));
}
if (json) console.log(JSON.stringify({ figures }));

function round(value: number): number {
  return Number(value.toPrecision(4));
}
