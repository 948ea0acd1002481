import { execFile } from 'node:child_process';
import type { Observation, Target } from './types.ts';

const TIMEOUT = 60_000;

export interface RunOptions {
  /** Standard input. */
  input?: string;
  /** Done while it runs, as soon as its stderr says so. */
  once?: { says: RegExp; act(): Promise<unknown> };
}

/**
 * Runs kubectl or helm on a target, in the step's namespace.
 * @throws Error where it could not be started, was killed or did not end in time: then there is nothing to compare
 */
export function runClient(
  target: Target,
  namespace: string,
  program: 'kubectl' | 'helm',
  args: string | string[],
  { input = '', once }: RunOptions = {},
): Promise<Observation> {
  const words = typeof args === 'string' ? args.split(' ') : args;
  const what = `${program} ${words.join(' ')}`;
  const hideServer = (text: string) =>
    text.replaceAll(target.server, '<server>').replaceAll(target.server.replace('https://', ''), '<server>');
  const env = { HOME: target.home, KUBECONFIG: target.kubeconfigPath, PATH: process.env.PATH, TZ: 'UTC' };
  return new Promise((resolve, reject) => {
    const running = execFile(
      target[program],
      ['-n', namespace, ...words],
      { env, timeout: target.clientTimeout ?? TIMEOUT, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const exit = error ? error.code : 0;
        // Not started, killed or out of time: it has said nothing, and two that say nothing would be the same.
        if (typeof exit !== 'number') {
          reject(new Error(`${target.name}: no end of "${what}" to compare: ${error?.message}`));
          return;
        }
        resolve({ what, exit, stdout: hideServer(stdout), stderr: hideServer(stderr) });
      },
    );
    if (once) {
      let heard = '';
      const hear = (text: string) => {
        heard += text;
        if (!once.says.test(heard)) return;
        running.stderr?.off('data', hear);
        once.act().catch(reject);
      };
      running.stderr?.on('data', hear);
    }
    running.stdin?.on('error', () => {});
    running.stdin?.end(input);
  });
}
