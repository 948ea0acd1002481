import type { Command } from 'commander';
import { paths } from './setup.ts';
import { say } from './terminal.ts';

/** `toolcrib on` and `toolcrib off` */
export function registerOn(program: Command): void {
  program
    .command('on')
    .description('Put the guard between this terminal and its clusters: eval "$(toolcrib on)"')
    .option('--shell <name>', 'bash, zsh, fish or sh (default: from $SHELL)')
    .addHelpText(
      'after',
      '\nPuts a kubeconfig of our own first in KUBECONFIG; yours is only read. A new cluster is only observed until\n~/.config/toolcrib/guard.yaml says otherwise. Starts the guard where it does not run.',
    )
    .action(async (options: { shell?: string }) => {
      const [{ turnOn }, { shellOf }, { ensureGuard }] = await Promise.all([
        import('../app/on.ts'),
        import('../app/shell.ts'),
        import('../app/daemon.ts'),
      ]);
      const { script, person } = await turnOn(paths(), process.env, shellOf(options.shell, process.env));
      await ensureGuard(paths(), { env: process.env });
      process.stdout.write(`${script}\n`);
      say(
        `toolcrib is on in this terminal, for ${counted(person.contextNames.length)}. Off again: eval "$(toolcrib off)"`,
      );
      if (process.stdout.isTTY) say('Nothing was changed yet: run it as  eval "$(toolcrib on)"');
    });

  program
    .command('off')
    .description('Take the guard out of this terminal: eval "$(toolcrib off)". Works when the guard is dead.')
    .option('--shell <name>', 'bash, zsh, fish or sh (default: from $SHELL)')
    .action(async (options: { shell?: string }) => {
      const [{ offScript }, { shellOf }] = await Promise.all([
        import('../app/off.ts'),
        import('../app/shell.ts'),
      ]);
      process.stdout.write(`${offScript(paths(), process.env, shellOf(options.shell, process.env))}\n`);
      const { existsSync } = await import('node:fs');
      if (existsSync(paths().added)) {
        say(
          `Contexts that other programs wrote while toolcrib was on stand in ${paths().added}; add it to KUBECONFIG to use them.`,
        );
      }
      if (process.stdout.isTTY) say('Nothing was changed yet: run it as  eval "$(toolcrib off)"');
    });
}

function counted(contexts: number): string {
  return contexts === 1 ? 'one context' : `${contexts} contexts`;
}
