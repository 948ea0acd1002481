import { existsSync, realpathSync } from 'node:fs';
import { delimiter, extname, isAbsolute, join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** What of this program is started as a process of its own, by its place seen from here. */
const PARTS = { command: '../faces/cli/main', 'guard-main': '../compose/guard-main' };

/**
 * How a part of this program is started once more: in the single executable it is asked for by name (the command line has no
 * command of that name), everywhere else by its file.
 */
export function itself(part: keyof typeof PARTS, args: readonly string[] = []): [string, string[]] {
  if (isSea()) return [process.execPath, [...(part === 'command' ? [] : [part]), ...args]];
  const file = fileURLToPath(new URL(`${PARTS[part]}${extname(import.meta.url)}`, import.meta.url));
  return [process.execPath, [...inheritedOptions(process.execArgv), file, ...args]];
}

/**
 * As a person, or a menu, starts this very program: from where it was started now. The executable by its name in PATH where that leads
 * to it: a package manager's own folder has the version in its name, and goes with the next one.
 */
export function asStarted(): string[] {
  if (isSea()) return [inPath(process.env.PATH ?? '', process.execPath) ?? process.execPath];
  return [process.execPath, ...process.execArgv, process.argv[1] ?? 'toolcrib'];
}

/** @returns the first path called toolcrib that leads to this file */
export function inPath(folders: string, program: string): string | undefined {
  const own = realpathSync(program);
  return folders
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, 'toolcrib'))
    .find((path) => existsSync(path) && realpathSync(path) === own);
}

/** Only what makes Node run the same program in the same way: never a test runner's or a debugger's options. */
export function inheritedOptions(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const option = execArgv[i] ?? '';
    if (option === '-C' || option === '--conditions') kept.push(`--conditions=${execArgv[++i] ?? ''}`);
    else if (
      /^(--conditions=|--(no|disable)-warning|--enable-source-maps|--max-old-space-size)/.test(option)
    ) {
      kept.push(option);
    }
  }
  return kept;
}
