import type { Hold } from '@toolcrib/model';
import { netOf, ToolcribError } from '@toolcrib/model';
import type { Command } from 'commander';
import { whyOver } from '../../laptop/api/over.ts';
import { askedLines, holdText, wentLines } from './held.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import { ask, isInteractive, type Output, print, say, withOutput } from './terminal.ts';

interface ApproveOptions {
  softened?: boolean;
  asSent?: boolean;
  withoutNet?: string;
  output: Output;
}

/** `toolcrib approve CODE` and `toolcrib deny CODE` */
export function registerApprove(program: Command): void {
  withOutput(
    explained(program.command('approve'), {
      notes: [
        'Without --softened or --as-sent it shows what would happen and asks. Not from within a toolcrib run: nobody says yes to himself.',
      ],
      examples: [
        ['toolcrib approve K7QMD', 'shows what would go, and asks'],
        ['toolcrib approve K7QMD --softened', 'so that it can be undone without a restart'],
        ['toolcrib approve K7QMD --as-sent', 'everything shown goes'],
        [
          'toolcrib approve K7QMD --as-sent --without-net kafka',
          'could not be kept: there is no undo, so its name is typed',
        ],
      ],
    }),
  )
    .argument('<code>', 'from `toolcrib held`, or from the refusal')
    .description('Let a held request go, for exactly what was shown.')
    .option('--softened', 'in a form that can be undone meanwhile: the Pods keep running')
    .option('--as-sent', 'as it was sent')
    .option('--without-net <name>', 'what could not be kept, or not all be seen: its name, typed on purpose')
    .action(async (code: string, options: ApproveOptions) => {
      const [operations, { approve }] = await Promise.all([
        import('../../operations/hold.ts'),
        import('../../operations/approve.ts'),
      ]);
      const before = await call(operations.hold, { code });
      // Nobody is asked for a form in which nothing can go any more.
      const over = whyOver(before, Date.now());
      if (over) throw over;
      const as = await formOf(options, before);
      if (as === undefined) {
        process.exitCode = 1;
        return say('Nothing was approved.');
      }
      const hold = await call(approve, { code, as, withoutNet: options.withoutNet });
      if (options.output !== 'text') return print(options.output, hold, () => '');
      say(
        before.waiting
          ? `Approved ${as}: it goes now.`
          : `Approved ${as}: send the same request again ${until(hold)}.`,
      );
      for (const line of askedLines(hold)) say(`  ${line}`);
      // Without a net there is nothing to take it back from.
      if (netOf(hold) !== 'none') say(`Undo:  toolcrib undo ${hold.usedIn ?? hold.actId}`);
    });

  withOutput(
    explained(program.command('deny'), {
      examples: [['toolcrib deny K7QMD', 'kubectl is told at once; nothing is sent']],
    }),
  )
    .argument('<code>', 'from `toolcrib held`, or from the refusal')
    .description('Refuse a held request, or take a yes back as long as nothing has left.')
    .action(async (code: string, options: { output: Output }) => {
      const { deny } = await import('../../operations/deny.ts');
      const hold = await call(deny, { code });
      if (options.output !== 'text') return print(options.output, hold, () => '');
      const went = [...sharesGone(hold), ...wentLines(hold)];
      say(went.length === 0 ? 'Refused. Nothing was sent.' : 'Refused. Nothing more is sent.');
      for (const line of went) say(line);
    });
}

/** A yes for several that is taken back: some of them may have gone by it. */
function sharesGone({ answer, envelope, actId }: Hold): string[] {
  if (!answer || !envelope || envelope.used.length === 0) return [];
  const went = `${envelope.used.length} of ${envelope.uids.length} may have gone by the yes before.`;
  return [went, `  toolcrib undo ${actId}   takes them back`];
}

async function formOf(options: ApproveOptions, hold: Hold): Promise<'as-sent' | 'softened' | undefined> {
  if (options.softened && options.asSent) {
    throw new ToolcribError('usage', '--softened and --as-sent exclude each other.', { next: 'Name one.' });
  }
  if (options.softened) return 'softened';
  if (options.asSent) return 'as-sent';
  if (!isInteractive()) {
    throw new ToolcribError('usage', 'Say in which form: --softened or --as-sent.', {
      next: `toolcrib held ${hold.code} shows both.`,
    });
  }
  say(holdText(hold));
  const soft = hold.decision.softening?.possible === true;
  const answer = await ask(soft ? '\n[s]oftened, [a]s sent, or [n]o? ' : '\n[a]s sent, or [n]o? ');
  if (soft && /^s/i.test(answer)) return 'softened';
  return /^a/i.test(answer) ? 'as-sent' : undefined;
}

function until(hold: Hold): string {
  const seconds = Math.max(0, Math.round((hold.expiresAt - Date.now()) / 1000));
  return `within ${seconds} seconds`;
}
