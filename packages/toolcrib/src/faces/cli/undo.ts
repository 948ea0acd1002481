import type { UndoRecord } from '@toolcrib/model';
import type { Command } from 'commander';
import type { Progress } from '../../operations/progress.ts';
import { explained } from './help.ts';
import { resultsText } from './log.ts';
import { call } from './setup.ts';
import { ask, isInteractive, type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib undo ACT` and `toolcrib finish ACT` */
export function registerUndo(program: Command): void {
  withOutput(
    explained(program.command('undo'), {
      examples: [
        ['toolcrib log', 'which act it was'],
        ['toolcrib undo act-7k2m9cx', 'brings back what that act took'],
      ],
      exits: {
        0: 'everything is back, or was never gone',
        1: 'something is not, or may not be; the list says what and why',
        3: 'it can not be told yet; ask again when the list says',
      },
    }),
  )
    .argument('<act>', 'from `toolcrib log`')
    .description(
      'Bring back what an act took; never overwrites what stands there now. Works when the guard is dead.',
    )
    .option('--same-cluster', 'it is the cluster in which the act was done, where that can’t be told')
    .action(async (actId: string, options: { output: Output; sameCluster?: boolean }) => {
      const { undo } = await import('../../operations/undo.ts');
      const { output, sameCluster } = options;
      const record = await call(undo, { act: actId, sameCluster }, progress);
      process.exitCode = exitOf(record.results);
      print(output, record, () =>
        record.results.length > 0
          ? resultsText(record.results)
          : 'It took nothing: there is nothing to undo.',
      );
    });

  withOutput(
    explained(program.command('finish'), {
      examples: [
        ['toolcrib finish act-7k2m9cx', 'the Pods that were left running go'],
        ['toolcrib finish act-7k2m9cx --overdue', 'in a script, long after its time'],
      ],
      exits: {
        0: 'all of it is gone',
        1: 'something is still there; the list says what and why',
        3: 'it can not be told yet; ask again when the list says',
      },
    }),
  )
    .argument('<act>', 'a softened one, from `toolcrib log`')
    .description('Complete a softened act now: what was left running goes.')
    .option('--overdue', 'also where its time has long passed')
    .option('--same-cluster', 'it is the cluster in which the act was done, where that can’t be told')
    .action(async (actId: string, options: { output: Output; overdue?: boolean; sameCluster?: boolean }) => {
      const [{ finish }, { ToolcribError }] = await Promise.all([
        import('../../operations/finish.ts'),
        import('@toolcrib/model'),
      ]);
      const { output, overdue, sameCluster } = options;
      const asked = { act: actId, sameCluster };
      const records = await call(finish, { ...asked, overdue }, progress).catch(async (error: unknown) => {
        const isOverdue = error instanceof ToolcribError && error.code === 'overdue';
        if (!isOverdue || !isInteractive()) throw error;
        say(error.message);
        if (!/^y/i.test(await ask('Finish it all the same? [y/N] '))) throw error;
        return call(finish, { ...asked, overdue: true }, progress);
      });
      const results = records.flatMap((record) => record.results);
      process.exitCode = exitOf(results);
      print(output, records, () => resultsText(results));
    });
}

/** 1: something is not back, or still there. 3: of something it can't be told yet. */
export function exitOf(results: UndoRecord['results']): 0 | 1 | 3 {
  const any = (...wanted: string[]) => results.some(({ result }) => wanted.includes(result));
  if (any('failed', 'conflict')) return 1;
  return any('unknown') ? 3 : 0;
}

function progress(news: Progress): void {
  if (news.type === 'waits') say(news.text);
  else if (process.stderr.isTTY) say(`${news.done}/${news.of} ${news.result.what}: ${news.result.result}`);
}
