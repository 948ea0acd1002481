import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { syncGuardedKubeconfig } from '../guarded-kubeconfig.ts';
import { pathsOf } from '../paths.ts';
import { loadPerson } from '../person-kubeconfig.ts';
import { rememberSources } from '../remember-sources.ts';
import { terminalOf } from '../shown-terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-person-'));
after(() => rmSync(root, { recursive: true }));

interface Entry {
  cluster?: string;
  server?: string;
  user?: string;
  token?: string;
  namespace?: string;
}

/** A kubeconfig with these contexts, the first of them current. */
export function config(contexts: Record<string, Entry>, current = Object.keys(contexts)[0]): string {
  const entries = Object.entries(contexts).map(([name, entry]) => ({
    name,
    cluster: name,
    server: `https://${name}.example`,
    user: name,
    token: `of-${name}`,
    ...entry,
  }));
  return JSON.stringify({
    'current-context': current,
    clusters: entries.map(({ cluster, server }) => ({ name: cluster, cluster: { server } })),
    users: entries.map(({ user, token }) => ({ name: user, user: { token } })),
    contexts: entries.map(({ name, cluster, user, namespace }) => ({
      name,
      context: { cluster, user, namespace },
    })),
  });
}

/** A home with files; `env('a', 'ours')` is a terminal with those in its KUBECONFIG. */
export function aHome(files: Record<string, string>) {
  const home = mkdtempSync(join(root, 'home-'));
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const at = (name: string) => (name === 'ours' ? paths.kubeconfig : join(home, name));
  mkdirSync(join(home, '.kube'));
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  const env = (...names: string[]) => (names.length === 0 ? {} : { KUBECONFIG: names.map(at).join(':') });
  return {
    home,
    paths,
    at,
    env,
    remember: (...names: string[]) => rememberSources(paths, env(...names), home),
    person: () => loadPerson(paths, env(), home),
    terminal: (...names: string[]) => terminalOf(paths, env(...names), home),
    sync: () => syncGuardedKubeconfig(paths, env(), home),
  };
}

/** Kubeconfigs of one context each. */
export const PROD = config({ prod: { namespace: 'shop' } });
export const STAGING = config({ staging: { namespace: 'web' } });
