import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { loadKey, openJournal } from '@toolcrib/guard/journal';
import { pathsOf } from '../../laptop/paths.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-uninstall-'));
after(() => rmSync(root, { recursive: true }));
const clock = { now: () => Date.now(), after: () => () => undefined };

export const CONFIG = `apiVersion: v1
kind: Config
current-context: prod
clusters: [{name: prod, cluster: {server: "https://prod.example"}}]
users: [{name: aiko, user: {token: secret}}]
contexts: [{name: prod, context: {cluster: prod, user: aiko}}]
`;

/** A home with files of the person's own, some of them where toolcrib's stand too. */
export function aHome() {
  const home = mkdtempSync(join(root, 'home-'));
  const own: Record<string, string> = {
    '.kube/config': CONFIG,
    '.kube/cache/discovery': 'cache',
    '.kube/project.yaml': CONFIG.replaceAll('prod', 'project'),
    '.config/toolcrib/guard.yaml': 'apiVersion: toolcrib.dev/v1alpha1\n',
    '.local/state/other/file': 'other',
    '.bashrc': 'eval "$(toolcrib on)"\n',
  };
  for (const [path, text] of Object.entries(own)) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  const paths = pathsOf({}, home);
  const env = { HOME: home, PATH: process.env.PATH };
  return { home, paths, env, here: { paths, env, home, platform: process.platform } };
}

/** Each file below a folder, with hash, mode and time of its last change. */
export function fingerprints(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mode, mtimeMs } = statSync(path);
      return [path, `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${mode} ${mtimeMs}`];
    }),
  );
}

export async function aJournal(paths: ReturnType<typeof pathsOf>) {
  return openJournal({ folder: paths.journal, key: loadKey({ folder: paths.journal, env: {} }), clock });
}

/** As compose opens it: for that look alone. */
export const holdingsOf = (paths: ReturnType<typeof pathsOf>) => async () => {
  const journal = await aJournal(paths);
  return journal.holdings().finally(() => journal.close());
};
