import type { UndoRecord } from '@toolcrib/model';
import type { Command } from 'commander';
import { resultsText } from './log.ts';
import { notFromARun, withActs } from './setup.ts';
import { ask, isInteractive, type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib undo ACT` and `toolcrib finish ACT` */
export function registerUndo(program: Command): void {
  withOutput(program.command('undo'))
    .argument('<act>', 'from `toolcrib log`')
    .description(
      'Bring back what an act took; never overwrites what stands there now. Works when the guard is dead.',
    )
    .option('--same-cluster', 'it is the cluster in which the act was done, where that can’t be told')
    .addHelpText(
      'after',
      '\nExit 0: everything is back or was never gone. 1: something is not, or may not be; the list says what and why.\n3: it can not be told yet; ask again when the list says.',
    )
    .action(async (actId: string, options: { output: Output; sameCluster?: boolean }) => {
      const { undoAct } = await import('@toolcrib/guard/undo/act');
      const { sameCluster } = options;
      // A word of a person's own, as a yes is.
      if (sameCluster) await notFromARun('undone');
      const record = await withActs((deps) => undoAct({ ...deps, sameCluster, tell: say }, actId, progress));
      finishWith(record.results);
      print(options.output, record, () =>
        record.results.length > 0
          ? resultsText(record.results)
          : 'It took nothing: there is nothing to undo.',
      );
    });

  withOutput(program.command('finish'))
    .argument('<act>', 'a softened one, from `toolcrib log`')
    .description('Complete a softened act now: what was left running goes.')
    .option('--overdue', 'also where its time has long passed')
    .option('--same-cluster', 'it is the cluster in which the act was done, where that can’t be told')
    .action(async (actId: string, options: { output: Output; overdue?: boolean; sameCluster?: boolean }) => {
      // What was kept back goes by it: that is a yes.
      await notFromARun('finished');
      const { finishAct } = await import('@toolcrib/guard/undo/finish');
      const { ToolcribError } = await import('@toolcrib/model');
      const windowMs = await softenWindow();
      const run = (confirmed: boolean | undefined) =>
        withActs((deps) =>
          finishAct({ ...deps, sameCluster: options.sameCluster }, actId, { windowMs, confirmed, progress }),
        );
      const records = await run(options.overdue).catch(async (error: unknown) => {
        const overdue = error instanceof ToolcribError && error.code === 'overdue';
        if (!overdue || !isInteractive()) throw error;
        say(error.message);
        if (!/^y/i.test(await ask('Finish it all the same? [y/N] '))) throw error;
        return run(true);
      });
      const results = records.flatMap((record) => record.results);
      finishWith(results);
      print(options.output, records, () => resultsText(results));
    });
}

function finishWith(results: UndoRecord['results']): void {
  const any = (...wanted: string[]) => results.some(({ result }) => wanted.includes(result));
  if (any('failed', 'conflict')) process.exitCode = 1;
  else if (any('unknown')) process.exitCode = 3;
}

function progress({
  done,
  of,
  result,
}: {
  done: number;
  of: number;
  result: UndoRecord['results'][number];
}): void {
  if (process.stderr.isTTY) say(`${done}/${of} ${result.what}: ${result.result}`);
}

/** From the policy, which also says when a finish counts as long overdue. Milliseconds. */
async function softenWindow(): Promise<number> {
  const { policyFile } = await import('../../laptop/policy-file.ts');
  const { paths } = await import('./setup.ts');
  return policyFile(paths().policy).current().softenMs;
}
