import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@toolcrib/guard/testing/target.ts';
import { parse } from 'yaml';
import { CLI } from './programs.ts';
import type { GuardHome } from './running-guard.ts';

/** `toolcrib run` of a program that writes its environment down and then stays. @param name of this run's, in the home */
export async function longRun(home: GuardHome, name: string, more: Record<string, string> = {}) {
  const out = join(home.folder, name);
  const options = ['--conditions=toolcrib-source', '--no-warnings'];
  const script = `env > ${out}.part; mv ${out}.part ${out}; echo $$ > ${out}.pid; exec sleep 300`;
  const child = spawn(process.execPath, [...options, CLI, 'run', '--', 'sh', '-c', script], {
    env: { ...home.env, ...more },
    stdio: 'ignore',
  });
  await until('the tool runs', async () => existsSync(`${out}.pid`));
  const env = Object.fromEntries(
    readFileSync(out, 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const config = parse(readFileSync(env.KUBECONFIG ?? '', 'utf8'));
  const users = config.users as { name: string; user: { token: string } }[];
  /** By label; of a home with one context also without. */
  const tokenOf = (label: string): string =>
    users.find((one) => one.name === `toolcrib:${label}`)?.user.token ?? '';
  const tool = Number(readFileSync(`${out}.pid`, 'utf8'));
  return { child, env, token: users[0]?.user.token ?? '', tokenOf, tool, kubeconfig: env.KUBECONFIG ?? '' };
}

export type LongRun = Awaited<ReturnType<typeof longRun>>;

/** Ends it, if it still goes on, and waits for that. */
export async function endOf(run: LongRun): Promise<void> {
  const over = () => run.child.exitCode !== null || run.child.signalCode !== null;
  if (!over()) process.kill(run.tool, 'SIGTERM');
  await until('the run has ended', async () => over());
}
