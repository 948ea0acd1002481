import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { stringify } from 'yaml';
import { pathsOf } from '../../paths.ts';
import type { Finding, Patient } from '../check.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-doctor-'));
after(() => rmSync(root, { recursive: true }));

/** A person with a home of their own, in which these files lie. */
export function patient(env: Record<string, string> = {}, files: Record<string, string> = {}): Patient {
  const home = mkdtempSync(join(root, 'home-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  return {
    paths,
    env,
    home,
    platform: process.platform,
    holdings: async () => ({ snapshots: 0, unfinished: 0 }),
    now: Date.now,
  };
}

/** A kubeconfig with one context, with a token that is never to be sent. */
export function config(server: string, context = 'prod'): string {
  return stringify({
    'current-context': context,
    clusters: [{ name: 'c', cluster: { server } }],
    contexts: [{ name: context, context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: { token: 'the-person’s-own' } }],
  });
}
export const states = (findings: Finding[]) => findings.map(({ state }) => state);
export const texts = (findings: Finding[]) =>
  findings.map(({ text, next }) => `${text} ${next ?? ''}`).join('\n');

/** Each path below a folder, with what it is and, of a file, what it says: what a look must leave as it was. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${lstatSync(path).mode} ${entry.isFile() ? readFileSync(path, 'utf8') : ''}`;
    })
    .sort();
}
