import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClients } from '../clients/real-clients.ts';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Real kubectl and helm against one cluster, each call with its own environment and nothing of the person's. */
export interface ClientRunner {
  kubectl(args: string[], input?: string): Promise<Outcome>;
  helm(args: string[]): Promise<Outcome>;
  /** A file in the runner's own folder; gives its path. */
  file(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

const TIMEOUT = 60_000;

/** @param kubeconfig YAML text */
export async function clientRunner(kubeconfig: string): Promise<ClientRunner> {
  const clients = await realClients();
  const folder = await mkdtemp(join(tmpdir(), 'toolcrib-clients-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, kubeconfig, { mode: 0o600 });
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: path };

  function run(program: string, args: string[], input = ''): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { env: environment, timeout: TIMEOUT, maxBuffer: 32 * 1024 * 1024 };
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, stdout, stderr });
      });
      child.stdin?.end(input);
    });
  }

  return {
    kubectl: (args, input) => run(clients.kubectl, args, input),
    helm: (args) => run(clients.helm, args),
    async file(name, text) {
      const target = join(folder, name);
      await writeFile(target, text);
      return target;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
