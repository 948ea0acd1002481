import { basename } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { processSeen } from './processes.ts';

export type Shell = 'bash' | 'zsh' | 'fish' | 'sh';

const SHELLS: Record<string, Shell> = {
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  sh: 'sh',
  dash: 'sh',
  ksh: 'sh',
  ash: 'sh',
};

/**
 * @param given the one that was named; else that of `SHELL`; without that the nearest one that asks
 * @param asking the process from which on upwards a shell is looked for
 * @throws ToolcribError `usage` for a shell whose language is not spoken here
 */
export function shellOf(
  given: string | undefined,
  env: Record<string, string | undefined>,
  asking: number = process.ppid,
): Shell {
  const name = given ?? basename(env.SHELL ?? '');
  const shell = known(name) ?? (name === '' ? shellAbove(asking) : undefined);
  if (shell) return shell;
  const why = name === '' ? 'SHELL is not set, and no shell is above' : `the shell ${name} is not known`;
  throw new ToolcribError('usage', `It is not clear for which shell to write: ${why}.`, {
    next: 'Say which: toolcrib on --shell bash (or zsh, fish, sh)',
  });
}

/** Whether it is the name of a shell whose language is spoken here. */
export function isShell(name: string): boolean {
  return known(name) !== undefined;
}

function known(name: string): Shell | undefined {
  return Object.hasOwn(SHELLS, name) ? SHELLS[name] : undefined;
}

/** So many programs may stand between a shell and us: a version manager's shim, npx. */
const BETWEEN = 5;

function shellAbove(pid: number): Shell | undefined {
  for (let [at, left] = [pid, BETWEEN]; at > 1 && left > 0; left--) {
    const seen = processSeen(at);
    // A login shell's name begins with a dash; elsewhere than on Linux it may be a path.
    const shell = seen && known(basename(seen.name).replace(/^-/, ''));
    if (shell || !seen) return shell;
    at = seen.parent;
  }
  return undefined;
}

/** Lines for `eval`: each variable set, or unset where it is undefined. */
export function assignments(shell: Shell, variables: Record<string, string | undefined>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (shell === 'fish')
        return value === undefined ? `set -e ${name};` : `set -gx ${name} ${fishQuoted(value)};`;
      return value === undefined ? `unset ${name};` : `export ${name}=${quoted(value)};`;
    })
    .join('\n');
}

/** One word for bash, zsh and sh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word for fish. */
export function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
