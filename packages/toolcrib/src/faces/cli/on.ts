import { ToolcribError } from '@toolcrib/model/errors';
import type { Command } from 'commander';
import type { Place } from '../../laptop/place.ts';
import { explained } from './help.ts';
import { guard, paths } from './setup.ts';
import { type Output, print, say, withOutput } from './terminal.ts';

/** `toolcrib on` and `toolcrib off` */
export function registerOn(program: Command): void {
  withOutput(
    explained(program.command('on'), {
      notes: [
        'Makes KUBECONFIG name one file of our own, made for this terminal from yours, which are only read. A new cluster is only observed until guard.yaml says otherwise; toolcrib guard status tells where that lies. Starts the guard where it does not run.',
      ],
      examples: [
        ['eval "$(toolcrib on)"', 'in bash, zsh, fish and sh'],
        ['toolcrib on -o json', 'the same variables, for a program that has no shell'],
      ],
    }),
  )
    .description('Put the guard between this terminal and its clusters: eval "$(toolcrib on)"')
    .option('--shell <name>', 'bash, zsh, fish or sh (default: from $SHELL, else the one that asks)')
    .action(async (options: { shell?: string; output: Output }) => {
      const [{ turnOn }, { shellOf }, { ensureGuard }, { refuseSudo }] = await Promise.all([
        import('../../laptop/on.ts'),
        import('../../laptop/shell.ts'),
        import('../../laptop/daemon.ts'),
        import('../../laptop/sudo.ts'),
      ]);
      if (options.output === 'text') {
        refuseUnevaluated('on');
        refuseSudo();
      }
      // Programs that read JSON have no shell.
      const shell = options.output === 'text' ? shellOf(options.shell, process.env) : 'sh';
      const { script, variables, contexts, place } = await turnOn(paths(), process.env, shell);
      await ensureGuard(paths(), { env: process.env });
      const mode = await modeOf(place.label);
      if (options.output !== 'text') {
        return print(options.output, { variables, contexts, place: { ...place, mode } }, () => '');
      }
      process.stdout.write(`${script}\n`);
      say(
        `toolcrib is on in this terminal, for ${counted(contexts.length)}. ${await placeText(place, mode, contexts)}`,
      );
      const { environment } = await import('../../laptop/doctor/environment.ts');
      for (const { state, text, next } of await environment.look({ env: { ...process.env, ...variables } }))
        if (state === 'finding') say(`Outside: ${text}\n  → ${next}`);
      say('Off again: eval "$(toolcrib off)"');
    });

  withOutput(
    explained(program.command('off'), {
      examples: [['eval "$(toolcrib off)"', 'in bash, zsh, fish and sh']],
    }),
  )
    .description('Take the guard out of this terminal: eval "$(toolcrib off)". Works when the guard is dead.')
    .option('--shell <name>', 'bash, zsh, fish or sh (default: from $SHELL, else the one that asks)')
    .action(async (options: { shell?: string; output: Output }) => {
      const [{ offScript, offVariables }, { shellOf }] = await Promise.all([
        import('../../laptop/off.ts'),
        import('../../laptop/shell.ts'),
      ]);
      if (options.output === 'text') refuseUnevaluated('off');
      const variables = offVariables(paths(), process.env);
      if (options.output !== 'text')
        return print(options.output, { variables: unsetAsNull(variables) }, () => '');
      const shell = shellOf(options.shell, process.env);
      process.stdout.write(`${offScript(paths(), process.env, shell)}\n`);
      for (const path of await addedHere()) {
        say(
          `Contexts that other programs wrote while toolcrib was on stand in ${path}; add it to KUBECONFIG to use them.`,
        );
      }
    });
}

/** Printed on a terminal, the lines that its shell should evaluate change nothing: nobody should believe to be guarded. */
function refuseUnevaluated(command: 'on' | 'off'): void {
  if (!process.stdout.isTTY) return;
  throw new ToolcribError(
    'usage',
    'Nothing was changed: no program can change the shell that started it, only print what that is to evaluate.',
    { next: `Type it so:\n  eval "$(toolcrib ${command})"` },
  );
}

/** So that JSON says which variables go. */
function unsetAsNull(variables: Record<string, string | undefined>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? null]));
}

/** The files with what was added to this terminal's. Our own state may be gone or damaged: `off` works all the same. */
async function addedHere(): Promise<string[]> {
  try {
    const { addedFiles } = await import('../../laptop/sources.ts');
    return addedFiles(paths(), process.env);
  } catch {
    return [];
  }
}

/** As the guard has it in force now. */
async function modeOf(label: string | undefined): Promise<string | undefined> {
  if (label === undefined) return undefined;
  const { contexts } = await (await guard()).status();
  return contexts.find(({ context }) => context === label)?.mode;
}

async function placeText(
  { context, missing, server, namespace }: Place,
  mode: string | undefined,
  contexts: readonly string[],
): Promise<string> {
  if (missing !== undefined) {
    const { missingText } = await import('../../laptop/place.ts');
    return missingText(missing, contexts);
  }
  if (context === undefined) return 'There is no current context: kubectl config use-context NAME.';
  const { nameText } = await import('@toolcrib/model');
  const where = `You are in ${nameText(context)}${server === undefined ? '' : ` (${server})`}, namespace ${nameText(namespace ?? 'default')}`;
  return `${where}: ${MODES[mode ?? ''] ?? 'its mode is not known'}.`;
}

const MODES: Record<string, string> = {
  observe: 'observed only',
  warn: 'the guard warns',
  enforce: 'the guard holds what destroys',
};

function counted(contexts: number): string {
  return contexts === 1 ? 'one context' : `${contexts} contexts`;
}
