import { type Command, Option } from 'commander';
import { explained } from './help.ts';

/** `toolcrib run -- CMD …` */
export function registerRun(program: Command): void {
  explained(program.command('run'), {
    notes: ['What it starts can’t approve, nor finish a softened act: do that in your own terminal.'],
    examples: [
      ['toolcrib run -- k9s', 'one program, without `on`'],
      ['toolcrib run -- kubectl delete pod web-0 -n shop', 'one command'],
      ['toolcrib run --as agent -- claude', 'an AI agent: what it does is written down as its own'],
    ],
    exits: {
      any: 'the command’s own',
      125: 'the guard failed',
      126: 'the command can’t be run',
      127: 'the command was not found',
    },
  })
    .argument('<command...>', 'after --: the tool and its arguments')
    .description('Run one tool behind the guard: toolcrib run -- k9s. Its own exit code comes back.')
    .addOption(
      new Option('--as <who>', 'agent: what it does is written down as an AI agent’s').choices(['agent']),
    )
    .passThroughOptions()
    .action(async (command: string[], options: { as?: string }) => {
      const { runGuarded } = await import('../../cage/run.ts');
      process.exitCode = await runGuarded(command, { agent: options.as === 'agent', env: process.env });
    });
}
