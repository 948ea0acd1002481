import { basename } from 'node:path';
import { ToolcribError } from '@toolcrib/model';

export type Shell = 'bash' | 'zsh' | 'fish' | 'sh';

const SHELLS: Record<string, Shell> = {
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  sh: 'sh',
  dash: 'sh',
  ksh: 'sh',
};

/** @throws ToolcribError `usage` for a shell whose language is not spoken here */
export function shellOf(given: string | undefined, env: Record<string, string | undefined>): Shell {
  const name = given ?? basename(env.SHELL ?? '');
  const shell = Object.hasOwn(SHELLS, name) ? SHELLS[name] : undefined;
  if (shell) return shell;
  const why = name === '' ? 'SHELL is not set' : `the shell ${name} is not known`;
  throw new ToolcribError('usage', `It is not clear for which shell to write: ${why}.`, {
    next: 'Say which: toolcrib on --shell bash (or zsh, fish, sh)',
  });
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
