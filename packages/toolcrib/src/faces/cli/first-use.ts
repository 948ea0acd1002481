import { type Command, Option } from 'commander';
import type { SetupPlan } from '../../laptop/first-use/plan.ts';
import type { Asking } from './asking.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import { fileText, keptText, modesText, planText } from './setup-text.ts';
import { clean, isInteractive, type Output, print, say, withOutput } from './terminal.ts';

interface Options {
  shell?: 'bash' | 'zsh' | 'fish';
  hook: boolean;
  completion: boolean;
  yes?: boolean;
  output: Output;
}
type Modes = Record<string, 'observe' | 'warn' | 'enforce'>;
interface Yes {
  policy: boolean;
  hook: boolean;
  completion: boolean;
}

/** As shells have it for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** `toolcrib setup` */
export function registerSetup(program: Command): void {
  withOutput(
    explained(program.command('setup'), {
      notes: [
        'Proposes a mode for each context of your kubeconfig, and writes guard.yaml; offers a line in your shell’s file that turns each new terminal on, and one for completion. Each thing is shown before it is asked for, and nothing is written before the last answer. A guard.yaml that is there is kept. toolcrib uninstall takes all of it out again.',
      ],
      examples: [
        ['toolcrib setup', 'asks, and shows each line before it is written'],
        ['toolcrib setup --yes --no-hook', 'for scripts: guard.yaml and completion'],
        ['toolcrib setup -o json < /dev/null', 'what it would do'],
      ],
      exits: {
        0: 'it is set up, or was already',
        1: 'something that it would do was not done: a no, Ctrl-C aside, or nobody there to ask',
        130: 'ended by Ctrl-C; nothing was written',
      },
    }),
  )
    .description('First use, by questions: modes for your clusters, and the guard in each new terminal.')
    .addOption(
      new Option('--shell <name>', 'whose file (default: from $SHELL)').choices(['bash', 'zsh', 'fish']),
    )
    .option('--no-hook', 'leave out the line that turns each new terminal on')
    .option('--no-completion', 'leave out completion')
    .option('--yes', 'do not ask')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { setupPlan } = await import('../../operations/setup-plan.ts');
  const { shell, yes, output } = options;
  const plan = await call(setupPlan, { shell });
  const offers = offered(plan, options);
  if (!Object.values(offers).includes(true)) {
    print(output, { ...plan, wrote: [] }, () => [...keptText(plan), 'There is nothing to do.'].join('\n'));
    return;
  }
  if (!yes && !isInteractive()) {
    process.exitCode = 1;
    print(output, { ...plan, wrote: [] }, () => planText(plan));
    return say('Nothing was written: nobody can be asked here. With --yes it is.');
  }
  const answers = yes ? { modes: {}, said: offers } : await asked(plan, offers, shell);
  if (answers === undefined) {
    process.exitCode = INTERRUPTED;
    return say('\nEnded. Nothing was written.');
  }
  const wrote = await done({ shell, modes: answers.modes, ...answers.said });
  if (JSON.stringify(answers.said) !== JSON.stringify(offers)) process.exitCode = 1;
  print(output, { ...plan, wrote }, () => '');
  for (const path of wrote) say(`Written: ${path}`);
  for (const line of keptText(plan)) say(line);
  if (wrote.length === 0) return say('Nothing was written.');
  say('This terminal: eval "$(toolcrib on)". Whether it is guarded: toolcrib doctor');
  say('All of it out again, every byte as it was: toolcrib uninstall');
}

function offered({ policy, shell }: SetupPlan, { hook, completion }: Options): Yes {
  return {
    policy: policy.state === 'offered',
    hook: hook && shell.hook.state === 'offered',
    completion: completion && shell.completion.state === 'offered',
  };
}

/** Not ended in the middle: it takes a blink, and is then done or taken back. */
async function done(input: { shell?: Options['shell']; modes: Modes } & Yes): Promise<string[]> {
  const { setup } = await import('../../operations/setup.ts');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const later = () => undefined;
  for (const signal of signals) process.on(signal, later);
  try {
    return (await call(setup, input)).wrote;
  } finally {
    for (const signal of signals) process.off(signal, later);
  }
}

/** @returns undefined where the person ended it */
async function asked(
  plan: SetupPlan,
  offers: Yes,
  shell: Options['shell'],
): Promise<{ modes: Modes; said: Yes } | undefined> {
  const { asking, Ended } = await import('./asking.ts');
  const to = asking();
  try {
    const modes = offers.policy ? await askModes(to, plan) : {};
    const said = { ...offers };
    if (offers.policy) {
      const { setupPlan } = await import('../../operations/setup-plan.ts');
      const { policy } = await call(setupPlan, { shell, modes });
      say(`\n${policy.text}`);
      said.policy = await to.yes(`Write this to ${clean(policy.path)}?`, true);
    }
    for (const [name, what] of [
      ['hook', 'The guard in each new terminal'],
      ['completion', 'Commands completed at TAB'],
    ] as const) {
      if (!offers[name]) continue;
      say(`\n${what}, by this in ${clean(fileText(plan.shell))}:`);
      for (const line of plan.shell[name].lines) say(`  ${line}`);
      said[name] = await to.yes('Add it?', true);
    }
    return { modes, said };
  } catch (error) {
    if (error instanceof Ended) return undefined;
    throw error;
  } finally {
    to.close();
  }
}

async function askModes(to: Asking, plan: SetupPlan): Promise<Modes> {
  say(modesText(plan));
  if (plan.contexts.length === 0) return {};
  say('observe: nothing is stopped. warn: whoever asks is told. enforce: what destroys waits for a yes.');
  const modes: Modes = {};
  if (await to.yes('Take these modes?', true)) return modes;
  for (const { name, mode } of plan.contexts)
    modes[name] = await to.question(
      clean(name),
      mode,
      (answer) => (['observe', 'warn', 'enforce'] as const).find((one) => one === answer.toLowerCase()),
      'Please answer observe, warn or enforce.',
    );
  return modes;
}
