import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { realClients } from '@toolcrib/sandbox';
import { stringify } from 'yaml';
import { syncGuardedKubeconfig } from '../guarded-kubeconfig.ts';
import { turnOn } from '../on.ts';
import { pathsOf } from '../paths.ts';
import { startOf } from '../process-id.ts';
import type { Session } from '../session.ts';

// Several terminals, each with a file of its own. A real kubectl reads and writes them.

const root = mkdtempSync(join(tmpdir(), 'toolcrib-terminals-'));
after(() => rmSync(root, { recursive: true }));
let path: string | undefined;
before(async () => {
  path = (await realClients().catch(() => undefined))?.kubectl;
});

/** Where the packed kubectl lies; undefined where it does not run on this machine. */
export const kubectlPath = (): string | undefined => path;

/** A kubeconfig with these contexts of one cluster, the first of them current. */
export function config(server: string, ...contexts: string[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0],
    clusters: [{ name: 'c', cluster: { server: `https://${server}.example` } }],
    users: [{ name: 'u', user: { token: `secret-of-${server}` } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: 'c', user: 'u', namespace: server } })),
  });
}

/** A person with files by name; `on` turns it on in a terminal that has those in its KUBECONFIG. */
export function aPerson(files: Record<string, string>) {
  const home = mkdtempSync(join(root, 'home-'));
  mkdirSync(join(home, '.kube'));
  const at = (name: string) => join(home, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const session = (key: string): Session => ({
    key,
    above: [{ pid: process.pid, start: startOf(process.pid) ?? '' }],
  });
  return {
    home,
    at,
    paths,
    session,
    on: (key: string, ...names: string[]) =>
      turnOn(
        paths,
        names.length === 0 ? {} : { KUBECONFIG: names.map(at).join(':') },
        'bash',
        home,
        session(key),
      ),
    sync: () => syncGuardedKubeconfig(paths, {}, home),
    kubectl: (KUBECONFIG: string, ...args: string[]) =>
      execFileSync(path ?? '', args, {
        env: { HOME: home, PATH: process.env.PATH, KUBECONFIG },
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim(),
  };
}
