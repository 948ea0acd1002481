import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Finding } from './check.ts';

const FILES = [
  '.bashrc',
  '.bash_profile',
  '.bash_aliases',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.aliases',
  '.config/fish/config.fish',
  '.kube/aliases',
  '.envrc',
];
/** Tools that take a cluster on their own command line. */
const NAMED =
  /(^|[^\w-])(kubectl|helm|k9s|kustomize|flux|argocd|stern|oc|velero)\b[^#\n]*(--kubeconfig|--server|--kube-apiserver|--kube-token|\s-s\s)/;
const SET_FOR_ONE = /(^|[\s'"(;])KUBECONFIG=\S+\s+(kubectl|helm|k9s|\w+)/;
const SET = /^\s*(export\s+KUBECONFIG=|set\s+-gx?\s+KUBECONFIG\b)/;

/**
 * Aliases and functions that name a cluster themselves. A program can't see the shell that started it, so the files are read
 * in which people write such things; what was typed in this terminal alone is not seen, and said so.
 */
export const shellFiles = {
  name: 'shell',
  async look({ home }) {
    const found = FILES.map((name) => join(home, name))
      .filter(existsSync)
      .flatMap(inFile);
    if (found.some(({ state }) => state === 'finding' || state === 'unknown')) return found;
    return [
      {
        state: 'guarded',
        text: 'No alias or function in the shell’s own files names a kubeconfig or a server. (What was only typed here is not seen: alias, typeset -f.)',
      },
    ];
  },
} satisfies Check;

function inFile(path: string): Finding[] {
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    return [{ state: 'unknown', text: `${path} can't be read: ${(error as Error).message}.` }];
  }
  const lastOn = lines.findLastIndex((line) => /^[^#]*toolcrib\s+on\b/.test(line));
  return lines.flatMap((line, at) => {
    if (/^\s*#/.test(line)) return [];
    const where = `${path}:${at + 1}`;
    if (NAMED.test(line) || SET_FOR_ONE.test(line)) {
      return {
        state: 'finding' as const,
        text: `${where} names a cluster past KUBECONFIG: ${line.trim().slice(0, 100)}`,
        next: 'Name a context instead (--context), or leave it out.',
      };
    }
    if (SET.test(line) && lastOn >= 0 && at > lastOn) {
      return {
        state: 'finding' as const,
        text: `${where} sets KUBECONFIG after toolcrib was turned on.`,
        next: `Move it above line ${lastOn + 1}.`,
      };
    }
    return [];
  });
}
