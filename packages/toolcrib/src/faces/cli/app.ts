import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { ToolcribError } from '@toolcrib/model';
import { Argument, type Command } from 'commander';
import { type App, apps } from '../../laptop/apps/index.ts';
import type { Restored } from '../../laptop/apps/settings.ts';
import { asStarted } from '../../laptop/itself.ts';
import { explained } from './help.ts';
import { paths } from './setup.ts';
import { say } from './terminal.ts';

interface Options {
  configure?: boolean;
  restore?: boolean;
  desktopEntry?: boolean;
}

/** `toolcrib app NAME` */
export function registerApp(program: Command): void {
  explained(program.command('app'), {
    notes: [
      'None of these programs could be tried where toolcrib is tested: what is known of each is from its sources. Any other program: toolcrib run -- PROGRAM',
    ],
    examples: [
      ['toolcrib app headlamp', 'starts it behind the guard'],
      ['toolcrib app lens --configure', 'Lens reads its own list of files: put ours there'],
      ['toolcrib app lens --restore', 'and back again'],
      ['toolcrib app headlamp --desktop-entry', 'so that the menu starts it so, too'],
    ],
  })
    .addArgument(new Argument('<name>', 'which program').choices(apps.map(({ name }) => name)))
    .argument('[args...]', 'after --: its arguments')
    .description(
      'Start a desktop program through the guard: one from a dock or a menu never sees a terminal.',
    )
    .option('--configure', 'Lens and its kin: make the guard’s kubeconfig the only one in its settings')
    .option('--restore', 'put its settings back, and take the menu entry away')
    .option('--desktop-entry', 'Linux: a menu entry that starts it so')
    .action(async (name: string, args: string[], options: Options) => {
      const app = apps.find((one) => one.name === name);
      if (!app) return;
      const done = await settings(app, options);
      if (!done) process.exitCode = await start(app, args);
    });
}

const place = () => ({ home: homedir(), platform: process.platform, env: process.env });

/** @returns whether that was all that was asked for */
async function settings(app: App, options: Options): Promise<boolean> {
  const { configure, restore } = await import('../../laptop/apps/settings.ts');
  const { removeEntry, writeEntry } = await import('../../laptop/apps/desktop-entry.ts');
  if (options.restore) {
    const hadEntry = removeEntry(app, place());
    const restored = restore(app, paths());
    const entry = hadEntry ? ' Its menu entry was taken away.' : '';
    say(`${saidOf(app, restored, hadEntry)}${entry}`);
  }
  if (options.configure) {
    if (app.clusters === 'environment')
      throw new ToolcribError(
        'usage',
        `${app.title} needs no settings: it takes its clusters from its start.`,
        {
          next: `toolcrib app ${app.name}`,
        },
      );
    // It must be there before a program is sent to it.
    await keepGuard();
    configure(app, place(), paths());
    say(`${app.title} has the guard's kubeconfig now (${paths().kubeconfig}), after a full restart of it.`);
    say(`Back: toolcrib app ${app.name} --restore`);
  }
  if (options.desktopEntry) {
    if (process.platform !== 'linux')
      throw new ToolcribError('usage', 'Menu entries are written on Linux only.', {
        next: `toolcrib app ${app.name} starts it from a terminal.`,
      });
    const entry = writeEntry(app, place(), asStarted());
    say(`Written: ${entry}`);
  }
  return Boolean(options.restore || options.configure || options.desktopEntry);
}

function saidOf({ title }: App, restored: Restored, hadEntry: boolean): string {
  switch (restored) {
    case 'nothing':
      return hadEntry ? `${title}’s settings were not changed.` : `Nothing of ${title} was changed.`;
    case 'as-it-was':
      return `${title}’s list is as it was.`;
    case 'without-ours':
      return `${title}’s list has what stood there before, and what was added since; the guard's kubeconfig is out of it.`;
    case 'changed':
      return `${title}’s list was left: the guard's kubeconfig is not in it any more.`;
    case 'gone':
      return `${title} has no settings any more, so nothing was put back.`;
  }
}

async function keepGuard(): Promise<void> {
  const { turnOn } = await import('../../laptop/on.ts');
  const { ensureGuard } = await import('../../laptop/daemon.ts');
  await turnOn(paths(), process.env, 'sh');
  await ensureGuard(paths(), { env: process.env });
}

async function start(app: App, args: readonly string[]): Promise<number> {
  if (app.clusters === 'list') {
    const { listOf, remedy } = await import('../../laptop/apps/settings.ts');
    const list = listOf(app, place(), paths().kubeconfig);
    if (list.state !== 'ours')
      throw new ToolcribError(
        'conflict',
        `${app.title} would go round the guard: it reads its own list of files.`,
        {
          next: remedy(app, place(), list.state === 'others' ? list.files : []),
        },
      );
    await keepGuard();
  }
  const { runGuarded } = await import('../../cage/run.ts');
  const there = app.programs.find((program) => program.startsWith('/') && existsSync(program));
  const inPath = app.programs.find((program) => !program.startsWith('/') && findIn(program));
  return runGuarded([inPath ?? there ?? app.programs[0] ?? app.name, ...args], {
    agent: false,
    env: process.env,
  });
}

function findIn(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder || '.'}/${program}`));
}
