import { basename } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { processSeen } from './processes.ts';
import { isShell } from './shell.ts';

const SUDO = new Set(['sudo', 'doas']);
/** So many programs may stand between: a version manager's shim, npx. */
const BETWEEN = 4;

/**
 * `eval "$(sudo toolcrib on)"`: the guard and the kubeconfig would be root's, made from root's kubeconfig, and this terminal's
 * kubectl could read neither. A root shell (`sudo -i`) is one's own.
 * @param asking the process from which on upwards it is looked for, up to the nearest shell
 * @throws ToolcribError `usage`
 */
export function refuseSudo(asking: number = process.ppid): void {
  for (let [at, left] = [asking, BETWEEN]; at > 1 && left > 0; left--) {
    const seen = processSeen(at);
    const name = basename(seen?.name ?? '').replace(/^-/, '');
    if (!seen || isShell(name)) return;
    if (SUDO.has(name))
      throw new ToolcribError(
        'usage',
        `${name} makes it another user's: this terminal's kubectl could not read what is made for it.`,
        { next: `Without ${name}: eval "$(toolcrib on)"` },
      );
    at = seen.parent;
  }
}
