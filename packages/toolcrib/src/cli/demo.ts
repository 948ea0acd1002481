import type { Command } from 'commander';

/** `toolcrib demo` */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'The incident, replayed in a sandbox with a real kubectl: a guard, a hold, an undo. Under a minute.',
    )
    .option('--keep', 'leave cluster and guard up afterwards, to check every claim by hand')
    .action(async (options: { keep?: boolean }) => {
      const [{ demo }, { teller }] = await Promise.all([
        import('../app/demo/demo.ts'),
        import('../app/demo/tell.ts'),
      ]);
      await demo(teller(process.stdout), { keep: options.keep ?? false });
    });
}
