// Writes what pages of docs list (steps, criteria, words of rules, commands, operations) from the code that has it.
// `--check` only says whether the pages are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { commandsText } from './docs/commands.ts';
import { facesTable, noOperationsTable } from './docs/faces.ts';
import { criteriaTable, releaseTable, ruleWordsTable } from './docs/lists.ts';
import { type Regions, written } from './docs/regions.ts';
import { wayTable } from './docs/way.ts';
import { optionsOf } from './options.ts';

const pages: Record<string, Regions> = {
  'docs/architecture.md': { way: wayTable() },
  'docs/vet.md': { criteria: criteriaTable() },
  'docs/guard.md': { words: ruleWordsTable() },
  'docs/operations.md': { operations: facesTable(), 'no-operations': noOperationsTable() },
  'docs/releasing.md': { release: releaseTable() },
  'docs/commands.md': { commands: await commandsText() },
};

/** A page in which one line of a region says something else, and one in which a line is missing: both must be found. */
function missed(page: string, regions: Regions): string[] {
  return Object.entries(regions)
    .filter(([, content]) => {
      const [first = ''] = content.trim().split('\n').slice(2);
      const drifted = [page.replace(first, () => `${first} `), page.replace(`${first}\n`, '')];
      return drifted.some((other) => other === page || written(other, regions) !== page);
    })
    .map(([name]) => name);
}

const { planted, check } = optionsOf(
  { options: { planted: { type: 'boolean' }, check: { type: 'boolean' } } },
  'scripts/docs.ts [--check | --planted]',
).values;
if (planted) {
  const all = Object.entries(pages).flatMap(([path, regions]) => {
    const page = written(readFileSync(path, 'utf8'), regions);
    return missed(page, regions).map((name) => `not found: a drift of ${name} in ${path}`);
  });
  for (const line of all) console.error(line);
  process.exit(all.length > 0 ? 1 : 0);
}

let stale = 0;
for (const [path, regions] of Object.entries(pages)) {
  const page = readFileSync(path, 'utf8');
  const text = written(page, regions);
  if (text === page) continue;
  stale++;
  if (check) console.error(`${path} is not what the code says: npm run check -- --fix`);
  else writeFileSync(path, text);
}
process.exit(check && stale > 0 ? 1 : 0);
