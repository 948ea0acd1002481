import { ToolcribError } from '@toolcrib/model';
import type { Command } from 'commander';
import type { UninstallPlan } from '../../uninstall/plan.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import { ask, clean, isInteractive, type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib uninstall` */
export function registerUninstall(program: Command): void {
  withOutput(
    explained(program.command('uninstall'), {
      examples: [
        ['eval "$(toolcrib off)"', 'first, in each terminal where it is on'],
        ['toolcrib uninstall', 'says what goes and what stays, and asks'],
        ['toolcrib uninstall --yes --purge', 'all of it, with the journal: no undo afterwards'],
      ],
    }),
  )
    .description(
      'Stop the guard and remove everything that is toolcrib’s own. Your own files are as they were before.',
    )
    .option('--yes', 'do not ask')
    .option('--purge', 'also the journal with its snapshots: no undo afterwards')
    .action(async (options: { yes?: boolean; purge?: boolean; output: Output }) => {
      const [{ uninstallPlan }, { uninstall }] = await Promise.all([
        import('../../operations/uninstall-plan.ts'),
        import('../../operations/uninstall.ts'),
      ]);
      const { purge } = options;
      if (!(await agreed(await call(uninstallPlan, { purge }), options.yes, purge))) {
        process.exitCode = 1;
        if (options.output !== 'text')
          print(options.output, { removes: [], stays: [], takesOut: [] }, () => '');
        return say('Nothing was removed.');
      }
      const done = await call(uninstall, { purge });
      if (options.output !== 'text') return print(options.output, done, () => '');
      say(
        `Removed ${done.removes.length} files and folders. Terminals where it was on see no cluster now: eval "$(toolcrib off)" there, or close them.`,
      );
    });
}

async function agreed(plan: UninstallPlan, yes: boolean | undefined, purge = false): Promise<boolean> {
  for (const path of plan.removes) say(`removes  ${path}`);
  for (const { path, lines } of plan.takesOut) {
    say(`restores ${path}, without what setup added:`);
    for (const line of lines) say(`           ${clean(line)}`);
  }
  for (const { path, why } of plan.stays) say(`stays    ${path}  (${why})`);
  if (plan.stays.length > 0 && !purge) say('To take the journal too, and with it every undo: --purge.');
  if (yes) return true;
  if (!isInteractive())
    throw new ToolcribError('usage', 'Nobody can be asked here.', { next: 'toolcrib uninstall --yes' });
  return /^y/i.test(await ask('Go on? [y/N] '));
}
