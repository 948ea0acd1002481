import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { openCredentials } from '../credentials.ts';
import type { ContextConfig } from '../kubeconfig.ts';

/** For the plugins and the files of one test file. */
export const folder = mkdtempSync(join(tmpdir(), 'toolcrib-credentials-'));
after(() => rmSync(folder, { recursive: true }));

/** A context of a kubeconfig that lies in the folder. */
export function context(user: ContextConfig['user'], cluster: object = {}): ContextConfig {
  return {
    name: 'prod',
    clusterName: 'prod',
    cluster: {
      server: 'https://prod.example',
      extensions: [],
      ...cluster,
    } as unknown as ContextConfig['cluster'],
    userName: 'aiko',
    user,
    file: join(folder, 'config'),
    userFolder: folder,
  };
}

export const env = { PATH: process.env.PATH };
export const bearer = async (c: ReturnType<typeof openCredentials>) =>
  (await c.current()).headers.Authorization;

/** A credential plugin: a shell script that counts its runs and keeps its question. */
export function plugin(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\necho x >> '${path}.runs'\nprintf %s "$KUBERNETES_EXEC_INFO" > '${path}.info'\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

/** How often it was run. */
export const runs = (path: string) => readFileSync(`${path}.runs`, 'utf8').trim().split('\n').length;
export const V1 = 'client.authentication.k8s.io/v1';
export const answer = (status: object, apiVersion = V1) =>
  `echo '${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}'`;
export const exec = (command: string, more: object = {}) => ({
  exec: { command, apiVersion: V1, interactiveMode: 'IfAvailable', args: [], env: [], ...more } as never,
});
