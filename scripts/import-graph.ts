// Who imports whom, as the compiler itself resolves it: types, `import('…')` and what is re-exported included. What is only
// named by a URL, as a thread is, is no import.
import { spawnSync } from 'node:child_process';
import { join, matchesGlob, resolve } from 'node:path';
import { TESTS } from './import-law.ts';

/** File → the files that it imports; paths from the project's folder, with `/`. */
export type Imports = ReadonlyMap<string, ReadonlySet<string>>;

const TSC = resolve(join(import.meta.dirname, '..', 'node_modules', '.bin', 'tsc'));

/**
 * The imports between the sources of a project, tests aside: those may put together what they need.
 * @param folder has a `tsconfig.json`
 * @throws Error where the compiler says nothing that is understood: no imports found must not look like no circles
 */
export function importsOf(folder: string): Imports {
  const args = ['--project', 'tsconfig.json', '--noEmit', '--noCheck', '--explainFiles', '--pretty', 'false'];
  const { stdout, stderr, error } = spawnSync(TSC, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  const imports = importsIn(stdout);
  if (imports.size > 0) return imports;
  throw new Error(
    `tsc --explainFiles names no import in ${folder}: scripts/import-graph.ts reads it another way\n${stdout.slice(0, 500)}${stderr}`,
  );
}

/** Reads what `tsc --explainFiles` prints: a file, and below it, indented, why it is there. */
export function importsIn(explained: string): Imports {
  const imports = new Map<string, Set<string>>();
  let imported = '';
  for (const line of explained.split('\n')) {
    if (!line.startsWith(' ')) imported = line;
    const importer = /^ +Imported via .* from file '([^']+)'/.exec(line)?.[1];
    if (importer === undefined || !isOurs(importer) || !isOurs(imported)) continue;
    imports.set(importer, (imports.get(importer) ?? new Set()).add(imported));
  }
  return imports;
}

function isOurs(file: string): boolean {
  if (/(^|\/)node_modules\/|^\.\.\/|^\/|^[A-Za-z]:/.test(file)) return false;
  return !TESTS.some((pattern) => matchesGlob(file, pattern));
}
