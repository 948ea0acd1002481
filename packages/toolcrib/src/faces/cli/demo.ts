import type { Command } from 'commander';
import type { Interrupted } from '../../demo/interrupted.ts';
import { call } from './setup.ts';
import { type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib demo` */
export function registerDemo(program: Command): void {
  withOutput(program.command('demo'))
    .description(
      'The incident, replayed in a sandbox with a real kubectl: a guard, a hold, an undo. Under a minute.',
    )
    .option('--keep', 'leave cluster and guard up afterwards, to check every claim by hand')
    .addHelpText(
      'after',
      '\nCtrl-C ends it, and all that it has started. -o json and yaml give the figures only.',
    )
    .action(async (options: { keep?: boolean; output: Output }) => {
      const [{ demo }, { undo }, { silent, teller }, { interruption }] = await Promise.all([
        import('../../demo/demo.ts'),
        import('../../operations/undo.ts'),
        import('../../demo/tell.ts'),
        import('../../demo/interrupted.ts'),
      ]);
      const { happened, forget } = interruption(process.stdout);
      let stopped: Interrupted | undefined;
      happened.catch((why: Interrupted) => {
        stopped = why;
        say('Ending what was started …');
      });
      const tell = options.output === 'text' ? teller(process.stdout) : silent;
      try {
        const counted = await demo(tell, {
          keep: options.keep ?? false,
          interrupted: happened,
          undo: (act, where) => call(undo, { act }, undefined, where),
        });
        if (options.output !== 'text') print(options.output, counted, () => '');
      } catch (error) {
        // Ctrl-C goes to the kubectl that runs, too: its end may be noticed first.
        if (!stopped) throw error;
        // What the story was waiting for would keep this process.
        process.exit(stopped.code);
      } finally {
        forget();
      }
    });
}
