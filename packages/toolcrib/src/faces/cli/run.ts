import { type Command, Option } from 'commander';

/** `toolcrib run -- CMD …` */
export function registerRun(program: Command): void {
  program
    .command('run')
    .argument('<command...>', 'after --: the tool and its arguments')
    .description('Run one tool behind the guard: toolcrib run -- k9s. Its own exit code comes back.')
    .addOption(
      new Option('--as <who>', 'agent: what it does is written down as an AI agent’s').choices(['agent']),
    )
    .addHelpText(
      'after',
      '\nWhat it starts can’t approve, nor finish a softened act: do that in your own terminal.\nExit codes: the command’s own; 125 the guard failed, 126 it can’t be run, 127 it was not found.',
    )
    .passThroughOptions()
    .action(async (command: string[], options: { as?: string }) => {
      const { runGuarded } = await import('../../cage/run.ts');
      process.exitCode = await runGuarded(command, { agent: options.as === 'agent', env: process.env });
    });
}
