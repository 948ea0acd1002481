import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { ToolcribError } from '@toolcrib/model';
import { lastMeant } from './last-meant.ts';
import type { Paths } from './paths.ts';
import { loadPersonHere } from './person-kubeconfig.ts';
import { withMarks } from './settle-names.ts';
import { terminalOf } from './shown-terminal.ts';
import { loadFiles, readable } from './source-list.ts';
import {
  changeSources,
  personFiles,
  type Remembered,
  rememberedSources,
  type Source,
  sourceOf,
  stillThere,
} from './sources.ts';
import { terminals } from './terminals.ts';

type Env = Record<string, string | undefined>;

/**
 * Adds this terminal's files to those that the guard reads. Terminals may name different files (direnv), and the same
 * context name in them may mean two clusters: the later one then has a label of its own.
 *
 * @throws ToolcribError `no-kubeconfig` where this terminal has no context at all. Nothing was written then
 */
export function rememberSources(paths: Paths, env: Env, home: string = homedir()): void {
  const files = personFiles(paths, env, home);
  const here = loadFiles(files, home);
  if (here.contextNames.length === 0) {
    // All of it may be ours: what other programs added, or the one file of a `run` around this command.
    const ours = [loadPersonHere(paths, env, home).contextNames, terminalOf(paths, env, home).names].flat();
    if (ours.length > 0) return;
    throw new ToolcribError(
      'no-kubeconfig',
      'There is no context to guard: no kubeconfig was found, or it has none.',
      {
        next: 'Set KUBECONFIG, or let your cloud’s command line write ~/.kube/config; then try again.',
      },
    );
  }
  changeSources(paths, (now) => {
    const known = now?.sources ?? [];
    if (known.some((one) => isDeepStrictEqual(one.files, files))) return undefined;
    return withLists(paths, now, [files], home);
  });
}

/**
 * Remembers the files of terminals that are not remembered any more (`sources.json` was removed by hand, or is of another
 * toolcrib), as {@link rememberSources} does for one that is turned on: unmarked they would get another list's tokens.
 */
export function rememberTerminals(paths: Paths, env: Env, home: string = homedir()): void {
  const missing = (known: readonly Source[] = []) => {
    const marks = new Set(known.map(({ mark }) => mark));
    const lists = new Map(terminals(paths).map(({ files }) => [sourceOf(paths, files).mark, files]));
    return [...lists].flatMap(([mark, files]) => (marks.has(mark) ? [] : [files]));
  };
  if (missing(rememberedSources(paths)).length === 0) return;
  changeSources(paths, (now) => {
    const lists = missing(now?.sources);
    // Until now the guard went by its own environment: that list goes on to count.
    const own = now ? [] : [personFiles(paths, env, home)];
    const theirs = own.filter((files) => !lists.some((one) => isDeepStrictEqual(one, files)));
    return withLists(paths, now, [...theirs, ...lists], home);
  });
}

function withLists(
  paths: Paths,
  now: Remembered | undefined,
  lists: readonly (readonly string[])[],
  home: string,
): Remembered {
  const known = now?.sources ?? [];
  const open = new Set(terminals(paths).map(({ files }) => sourceOf(paths, files).mark));
  // Files may be away for a moment only: as long as a terminal names them, what its tokens mean is remembered.
  const standing = known.filter((source) => stillThere(source) || open.has(source.mark));
  // Those that stand keep their labels here: a change of them takes back a token too, which is the next reading's work.
  const marked = withMarks(paths, [...standing, ...lists.map((files) => sourceOf(paths, files))], home).slice(
    standing.length,
  );
  const labels = (sources: readonly Source[]) =>
    sources.flatMap((source) => [...(readable(paths, source, home)?.names.keys() ?? [])]);
  const held = standing.flatMap(({ files }) => [...lastMeant(paths, files).keys()]);
  const stay = [...labels(standing), ...held];
  const anew = labels(marked).filter((label) => !stay.includes(label));
  // Where nothing was ever remembered and no terminal is open, no token is in anybody's hands.
  const isFirst = now === undefined && open.size === 0;
  const forgotten = isFirst ? undefined : [...new Set([...(now?.forgotten ?? []), ...anew])];
  return { sources: [...standing, ...marked], forgotten };
}
