import { readdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import { readIfThere, writeOwnFile } from '../files.ts';
import type { Paths } from '../paths.ts';
import type { App, Place } from './app.ts';

// Settings are the program's own file, and a person's: written only when asked to, one field of it, and put back.

const storeSchema = z.looseObject({
  preferences: z
    .looseObject({ syncKubeconfigEntries: z.array(z.looseObject({ filePath: z.string() })).optional() })
    .optional(),
});
type Store = z.output<typeof storeSchema>;

const savedSchema = z.object({ settings: z.string(), before: z.string(), written: z.string() });
type Saved = z.output<typeof savedSchema>;

/** What a program's list leads to. `unread`: it is not understood. */
export type ListState =
  | { state: 'not-used' }
  | { state: 'ours' }
  | { state: 'others'; files: string[] }
  | { state: 'unread'; why: string };

/** What a person does about files past the guard: the list is a setting, what was pasted only the program itself removes. */
export function remedy(app: App, place: Place, files: readonly string[]): string {
  const folder = app.pasted?.(place);
  const pasted =
    folder !== undefined && files.length > 0 && files.every((file) => file.startsWith(`${folder}/`));
  return pasted
    ? `Remove the clusters that were pasted into ${app.title}, there; they come back through the guard's kubeconfig.`
    : `Quit it, then: toolcrib app ${app.name} --configure`;
}

/** Reads a `list` program's settings. @param ours the one file that it should have */
export function listOf(app: App, place: Place, ours: string): ListState {
  const text = read(app.settings(place));
  if (text === undefined) return { state: 'not-used' };
  const store = parse(text);
  if (!store) return { state: 'unread', why: `${app.settings(place)} is not understood` };
  const listed = store.preferences?.syncKubeconfigEntries?.map(({ filePath }) => filePath);
  const files = [...(listed ?? [join(place.home, '.kube')]), ...pastedFiles(app, place)];
  const others = files.filter((file) => file !== ours);
  return others.length === 0 && files.length > 0 ? { state: 'ours' } : { state: 'others', files: others };
}

/**
 * Makes our kubeconfig the only entry of the program's list; what stood there is kept for {@link restore}.
 * @throws ToolcribError `not-found` where it was never used here, `bad-file`
 */
export function configure(app: App, place: Place, paths: Paths): void {
  const path = app.settings(place);
  const before = read(path);
  if (before === undefined) {
    throw new ToolcribError('not-found', `${app.title} has no settings yet (${path}).`, {
      next: 'Start it once and quit it; then again.',
    });
  }
  const store = parse(before);
  if (!store) {
    throw new ToolcribError('bad-file', `${path} is not understood, so it was left as it is.`, {
      next: `In ${app.title}: Preferences, Kubernetes, Kubeconfig Syncs: ${paths.kubeconfig}, and nothing else.`,
    });
  }
  if (isOnlyOurs(store, paths)) return;
  const preferences = { ...store.preferences, syncKubeconfigEntries: [{ filePath: paths.kubeconfig }] };
  const written = `${JSON.stringify({ ...store, preferences }, null, '\t')}\n`;
  // First how to go back.
  writeOwnFile(savedPath(app, paths), JSON.stringify({ settings: path, before, written }));
  replace(path, written);
}

/** `changed`: the person changed the list so that nothing of ours is in it any more; it was left so. */
export type Restored = 'nothing' | 'as-it-was' | 'without-ours' | 'changed' | 'gone';

/**
 * Puts back what {@link configure} changed: the very bytes where nobody has written since, else the one field. Entries that
 * came into the list since stay, behind those that stood there before.
 * @returns what was really done. `gone`: the program's settings are not there any more
 * @throws ToolcribError `bad-file` where that can't be told: our entry may still be in its list
 */
export function restore(app: App, paths: Paths): Restored {
  const text = readIfThere(savedPath(app, paths));
  if (text === undefined) return 'nothing';
  const saved = parseSaved(app, paths, text);
  const now = read(saved.settings);
  if (now === undefined) return 'gone';
  if (now === saved.before) return 'as-it-was';
  if (now === saved.written) {
    replace(saved.settings, saved.before);
    return 'as-it-was';
  }
  return putFieldBack(app, now, saved, paths);
}

function parseSaved(app: App, paths: Paths, text: string): Saved {
  try {
    return savedSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ToolcribError(
      'bad-file',
      `${savedPath(app, paths)}, which says how ${app.title}’s settings were, is damaged: they were left as they are.`,
      {
        next: `In ${app.title}: Preferences, Kubernetes, Kubeconfig Syncs: take ${paths.kubeconfig} out. Then: rm ${savedPath(app, paths)}`,
        cause,
      },
    );
  }
}

export function savedPath(app: App, paths: Paths): string {
  return join(paths.state, 'apps', `${app.name}.json`);
}

function putFieldBack(app: App, now: string, saved: Saved, paths: Paths): Restored {
  const [store, then] = [parse(now), parse(saved.before)];
  if (!store || !then) {
    throw new ToolcribError('bad-file', `${saved.settings} is not understood, so it was left as it is.`, {
      next: `In ${app.title}: Preferences, Kubernetes, Kubeconfig Syncs: take ${paths.kubeconfig} out.`,
    });
  }
  const listed = store.preferences?.syncKubeconfigEntries ?? [];
  const others = listed.filter(({ filePath }) => filePath !== paths.kubeconfig);
  if (others.length === listed.length) return 'changed';
  const { syncKubeconfigEntries: _, ...rest } = store.preferences ?? {};
  const before = then.preferences?.syncKubeconfigEntries;
  const old = before ?? [];
  const added = others.filter(({ filePath }) => !old.some((one) => one.filePath === filePath));
  const entries = before || added.length > 0 ? [...old, ...added] : undefined;
  const preferences = { ...rest, ...(entries ? { syncKubeconfigEntries: entries } : {}) };
  replace(saved.settings, `${JSON.stringify({ ...store, preferences }, null, '\t')}\n`);
  return added.length > 0 ? 'without-ours' : 'as-it-was';
}

function isOnlyOurs({ preferences }: Store, paths: Paths): boolean {
  return isDeepStrictEqual(
    preferences?.syncKubeconfigEntries?.map(({ filePath }) => filePath),
    [paths.kubeconfig],
  );
}

function pastedFiles(app: App, place: Place): string[] {
  const folder = app.pasted?.(place);
  if (folder === undefined) return [];
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** As a whole, with the mode that it has; where it is a link (dotfiles under git), what that leads to. */
function replace(named: string, text: string): void {
  const path = realpathSync(named);
  const aside = `${path}.toolcrib`;
  writeFileSync(aside, text, { mode: statSync(path).mode & 0o777 });
  renameSync(aside, path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): Store | undefined {
  try {
    return storeSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
