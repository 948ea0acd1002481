import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { App, Place } from './app.ts';

const MARK = 'X-Toolcrib=true';

/** Where a menu finds it. One name a program, so that it can be found again. */
export function entryPath(app: App, { home, env }: Place): string {
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(home, '.local', 'share');
  return join(data, 'applications', `toolcrib-${app.name}.desktop`);
}

/**
 * Writes a menu entry (freedesktop.org) that starts the program through the guard.
 * @param command this command line itself, as words
 * @returns its path
 */
export function writeEntry(app: App, place: Place, command: readonly string[]): string {
  const path = entryPath(app, place);
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${app.title} (guarded)`,
    `Comment=${app.title}, through toolcrib's guard`,
    `Exec=${[...command, 'app', app.name].map(word).join(' ')}`,
    `Terminal=${app.name === 'k9s'}`,
    'Categories=Development;',
    MARK,
  ];
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Removes our entry, and nobody else's that has its name. */
export function removeEntry(app: App, place: Place): boolean {
  const path = entryPath(app, place);
  if (!existsSync(path) || !readFileSync(path, 'utf8').includes(MARK)) return false;
  rmSync(path);
  return true;
}

/** The specification's quoting of an argument. */
function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text.replaceAll('%', '%%');
  return `"${text.replace(/[\\"`$]/g, '\\$&').replaceAll('%', '%%')}"`;
}
