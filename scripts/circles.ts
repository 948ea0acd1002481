// No circle, of values or of types, between files or between folders (docs/architecture.md).
// `npm run node -- scripts/circles.ts` lists those that there are, with the imports that tie them.
import { dirname, join } from 'node:path/posix';
import { isDeepStrictEqual } from 'node:util';
import { type Imports, importsOf } from './import-graph.ts';
import { knots } from './knots.ts';

/** What imports itself in the end: files by their paths, or neighbours within one folder, one of them a folder at least. */
export interface Circle {
  /** The folder whose entries these are; absent: `members` are files, wherever they lie. */
  within?: string;
  /** In order. */
  members: string[];
}

/** Circles that stand. The list only shrinks: one that is not here fails the check, and so does one that is gone. */
export const known: Circle[] = [];

/** Every circle of files, then every circle of neighbouring folders, from the outermost folder inwards. */
export function circlesOf(imports: Imports): Circle[] {
  const files = [...imports].flatMap(([file, imported]) => [file, ...imported]);
  const folders = [...new Set(files.flatMap(foldersAbove))].sort();
  return [
    ...knots(imports).map((members) => ({ members })),
    ...folders.flatMap((within) =>
      knots(between(within, imports))
        // Files alone are a circle of files, and told as such.
        .filter((members) => members.some((name) => !files.includes(join(within, name))))
        .map((members) => ({ within, members })),
    ),
  ];
}

/** `.` and the folders on the way to a file. */
function foldersAbove(file: string): string[] {
  const above = dirname(file);
  return above === '.' ? ['.'] : [...foldersAbove(above), above];
}

/**
 * The imports between the entries of one folder, each folder taken whole: its own `index.ts` is its face, so whoever
 * imports that imports the folder.
 */
function between(within: string, imports: Imports): Imports {
  const entries = new Map<string, Set<string>>();
  for (const [file, imported] of imports)
    for (const other of imported) {
      const [from, to] = [entryOf(within, file), entryOf(within, other)];
      if (from === undefined || to === undefined || from === to) continue;
      entries.set(from, (entries.get(from) ?? new Set()).add(to));
    }
  return entries;
}

function entryOf(within: string, file: string): string | undefined {
  if (within === '.') return file.split('/')[0];
  return file.startsWith(`${within}/`) ? file.slice(within.length + 1).split('/')[0] : undefined;
}

/** Imports of one circle that are told; a large one has a hundred. */
const SHOWN = 20;

/** What is wrong with the circles that were found, as text; undefined: they are exactly those that are known. */
export function faultsOf(found: Circle[], expected: Circle[], imports: Imports): string | undefined {
  const has = (list: Circle[], one: Circle) => list.some((other) => isDeepStrictEqual(other, one));
  const added = found.filter((circle) => !has(expected, circle));
  const gone = expected.filter((circle) => !has(found, circle));
  const faults = [
    ...added.flatMap((circle) => [
      `a new circle, ${textOf(circle)}`,
      ...ties(circle, imports).slice(0, SHOWN),
    ]),
    ...(added.length > 0 ? ['All imports that tie them: npm run node -- scripts/circles.ts'] : []),
    ...gone.map(
      (circle) =>
        `no longer this circle, so take it out of \`known\` in scripts/circles.ts: ${textOf(circle)}`,
    ),
  ];
  return faults.length === 0 ? undefined : faults.join('\n');
}

/** One line: where, and which. */
export const textOf = ({ within, members }: Circle) =>
  `${within === undefined ? 'files' : `in ${within}`}: ${members.join(' ')}`;

/** The imports that make it one: `file → file`. */
function ties({ within, members }: Circle, imports: Imports): string[] {
  const memberOf = (file: string) => {
    const entry = within === undefined ? file : entryOf(within, file);
    return entry !== undefined && members.includes(entry) ? entry : undefined;
  };
  return [...imports].flatMap(([file, imported]) =>
    [...imported]
      .filter((other) => memberOf(file) && memberOf(other) && memberOf(file) !== memberOf(other))
      .map((other) => `  ${file} → ${other}`),
  );
}

if (import.meta.main) {
  const imports = importsOf('.');
  for (const circle of circlesOf(imports))
    console.log([textOf(circle), ...ties(circle, imports), ''].join('\n'));
}
