import { execFile } from 'node:child_process';
import { childEnvironment, SELF_TEST_PATH } from '@toolcrib/model';
import { isOwnPath } from '../terminals.ts';
import { echoIn, newNonce } from './arrives.ts';
import type { Check } from './check.ts';

/** The person's own kubectl, as PATH finds it, asks the door. Where ours is not alone it is not started: see `this terminal`. */
export const kubectl = {
  name: 'kubectl',
  async look({ env, paths }) {
    if (!env.KUBECONFIG || !isOwnPath(paths, env, env.KUBECONFIG)) return [];
    const nonce = newNonce();
    const said = await run(['get', '--raw', `${SELF_TEST_PATH}?nonce=${nonce}`], env);
    if (said === 'not-there') return [{ state: 'note', text: 'There is no kubectl in PATH to try it with.' }];
    const arrival = echoIn(said, nonce);
    return [
      arrival.arrived
        ? { state: 'guarded', text: `kubectl itself asked the guard, and got its answer (${arrival.label}).` }
        : {
            state: 'finding',
            text: `kubectl, as it stands in PATH, did not come to the guard: ${firstLine(said) || arrival.why}.`,
            next: /refused/.test(said)
              ? 'The guard does not run: toolcrib guard start'
              : 'Is it a script that sets a kubeconfig or a server? type -a kubectl',
          },
    ];
  },
} satisfies Check;

function run(args: string[], env: Record<string, string | undefined>): Promise<string> {
  return new Promise((resolve) => {
    execFile('kubectl', args, { env: childEnvironment(env), timeout: 10_000 }, (error, stdout, stderr) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') return resolve('not-there');
      resolve(error ? stderr || error.message : stdout);
    });
  });
}

const firstLine = (text: string) => text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
