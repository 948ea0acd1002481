import { SELF_TEST_PATH } from '@toolcrib/model';
import { isOwnPath } from '../terminals.ts';
import { echoIn, newNonce } from './arrives.ts';
import { briefly } from './briefly.ts';
import type { Check } from './check.ts';
import { sentence } from './sentence.ts';

/** Milliseconds. */
const LIMIT = 10_000;

/** The person's own kubectl, as PATH finds it, asks the door. Where ours is not alone it is not started: see `this terminal`. */
export const kubectl = {
  name: 'kubectl',
  ownWords: true,
  async look({ env, paths }) {
    if (!env.KUBECONFIG || !isOwnPath(paths, env, env.KUBECONFIG))
      return [
        { state: 'note', text: 'kubectl was not tried: KUBECONFIG does not name toolcrib’s file alone.' },
      ];
    const nonce = newNonce();
    const asked = await briefly('kubectl', ['get', '--raw', `${SELF_TEST_PATH}?nonce=${nonce}`], {
      env,
      limit: LIMIT,
    });
    const said = asked.code === 0 ? asked.stdout : asked.stderr || (asked.why ?? '');
    if (asked.missing) return [{ state: 'note', text: 'There is no kubectl in PATH to try it with.' }];
    const arrival = echoIn(said, nonce);
    return [
      arrival.arrived
        ? { state: 'guarded', text: `kubectl itself asked the guard, and got its answer (${arrival.label}).` }
        : {
            state: 'finding',
            text: sentence(
              `kubectl, as it stands in PATH, did not come to the guard: ${firstLine(said) || arrival.why}`,
            ),
            next: /refused/.test(said)
              ? 'The guard does not run: toolcrib guard start'
              : 'Is it a script that sets a kubeconfig or a server? type -a kubectl',
          },
    ];
  },
} satisfies Check;

const firstLine = (text: string) => text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
