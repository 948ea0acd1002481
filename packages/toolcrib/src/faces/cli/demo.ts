import type { Command } from 'commander';
import type { Interrupted } from '../../demo/interrupted.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import { type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib demo` */
export function registerDemo(program: Command): void {
  withOutput(
    explained(program.command('demo'), {
      notes: ['Ctrl-C ends it, and all that it has started. -o json and yaml give the figures only.'],
      examples: [
        ['toolcrib demo', 'the whole story, in a sandbox of its own'],
        ['toolcrib demo --keep', 'and then try it yourself: two kubeconfigs are printed'],
      ],
    }),
  )
    .description(
      'The incident, replayed in a sandbox with a real kubectl: a guard, a hold, an undo. Under a minute.',
    )
    .option('--keep', 'leave cluster and guard up afterwards, to check every claim by hand')
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
