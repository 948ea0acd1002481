import type { Command } from 'commander';
import { paths } from './setup.ts';
import { type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib on` and `toolcrib off` */
export function registerOn(program: Command): void {
  withOutput(program.command('on'))
    .description('Put the guard between this terminal and its clusters: eval "$(toolcrib on)"')
    .option('--shell <name>', 'bash, zsh, fish or sh (default: from $SHELL)')
    .addHelpText(
      'after',
      '\nPuts a kubeconfig of our own first in KUBECONFIG; yours is only read. A new cluster is only observed until\n~/.config/toolcrib/guard.yaml says otherwise. Starts the guard where it does not run.',
    )
    .action(async (options: { shell?: string; output: Output }) => {
      const [{ onVariables, turnOn }, { shellOf }, { ensureGuard }] = await Promise.all([
        import('../app/on.ts'),
        import('../app/shell.ts'),
        import('../app/daemon.ts'),
      ]);
      // Programs that read JSON have no shell.
      const shell = options.output === 'text' ? shellOf(options.shell, process.env) : 'sh';
      const { person, script } = await turnOn(paths(), process.env, shell);
      await ensureGuard(paths(), { env: process.env });
      if (options.output !== 'text') {
        const variables = onVariables(paths(), process.env);
        return print(options.output, { variables, contexts: person.contextNames }, () => '');
      }
      process.stdout.write(`${script}\n`);
      say(
        `toolcrib is on in this terminal, for ${counted(person.contextNames.length)}. Off again: eval "$(toolcrib off)"`,
      );
      if (process.stdout.isTTY) say('Nothing was changed yet: run it as  eval "$(toolcrib on)"');
    });

  withOutput(program.command('off'))
    .description('Take the guard out of this terminal: eval "$(toolcrib off)". Works when the guard is dead.')
    .option('--shell <name>', 'bash, zsh, fish or sh (default: from $SHELL)')
    .action(async (options: { shell?: string; output: Output }) => {
      const [{ offVariables }, { assignments, shellOf }] = await Promise.all([
        import('../app/off.ts'),
        import('../app/shell.ts'),
      ]);
      const variables = offVariables(paths(), process.env);
      if (options.output !== 'text')
        return print(options.output, { variables: unsetAsNull(variables) }, () => '');
      process.stdout.write(`${assignments(shellOf(options.shell, process.env), variables)}\n`);
      const { existsSync } = await import('node:fs');
      if (existsSync(paths().added)) {
        say(
          `Contexts that other programs wrote while toolcrib was on stand in ${paths().added}; add it to KUBECONFIG to use them.`,
        );
      }
      if (process.stdout.isTTY) say('Nothing was changed yet: run it as  eval "$(toolcrib off)"');
    });
}

/** So that JSON says which variables go. */
function unsetAsNull(variables: Record<string, string | undefined>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? null]));
}

function counted(contexts: number): string {
  return contexts === 1 ? 'one context' : `${contexts} contexts`;
}
