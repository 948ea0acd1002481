import { join } from 'node:path';
import type { Shell } from '../shell.ts';

type Env = Record<string, string | undefined>;
/** The shells that read a file of the person's at their start, in which lines of ours may stand. */
export type RcShell = Exclude<Shell, 'sh'>;
export const RC_SHELLS = ['bash', 'zsh', 'fish'] as const satisfies readonly RcShell[];

/** The file that an interactive one reads. */
export function rcFile(shell: RcShell, env: Env, home: string): string {
  switch (shell) {
    case 'bash':
      return join(home, '.bashrc');
    case 'zsh':
      return join(env.ZDOTDIR?.startsWith('/') ? env.ZDOTDIR : home, '.zshrc');
    case 'fish':
      return join(
        env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(home, '.config'),
        'fish',
        'config.fish',
      );
  }
}

/** Turns each new terminal on. Where toolcrib is away it says nothing: a shell must start. */
export function hookLines(shell: RcShell): string[] {
  return shell === 'fish'
    ? where(shell, 'toolcrib on --shell fish | source')
    : where(shell, `eval "$(toolcrib on --shell ${shell})"`);
}

export function completionLines(shell: RcShell): string[] {
  if (shell === 'fish') return where(shell, 'toolcrib completion fish | source');
  return where(
    shell,
    `source <(toolcrib completion ${shell})`,
    shell === 'zsh' ? '(( $+functions[compdef] ))' : '',
  );
}

/** Only where somebody types, and where there is a toolcrib. */
function where(shell: RcShell, line: string, besides = ''): string[] {
  if (shell === 'fish') return ['if status is-interactive; and command -q toolcrib', `  ${line}`, 'end'];
  const types = shell === 'bash' ? '[[ $- == *i* ]]' : '[[ -o interactive ]]';
  const all = [types, ...(besides ? [besides] : []), 'command -v toolcrib >/dev/null'];
  return [`if ${all.join(' && ')}; then`, `  ${line}`, 'fi'];
}
