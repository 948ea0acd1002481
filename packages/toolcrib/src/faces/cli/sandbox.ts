import type { Command } from 'commander';
import { explained } from './help.ts';
import { integer, type Output, print, say, withOutput } from './terminal.ts';

interface SandboxOptions {
  kubeconfig?: string;
  name: string;
  port: number;
  podStart: number;
  output: Output;
}

/** `toolcrib sandbox` */
export function registerSandbox(program: Command): void {
  withOutput(
    explained(program.command('sandbox'), {
      examples: [
        ['toolcrib sandbox', 'prints the kubeconfig of a cluster to try things on'],
        ['toolcrib sandbox --kubeconfig sandbox.kc', 'at a place of your own'],
      ],
    }),
  )
    .description(
      'A Kubernetes control plane in this process, to try things on. Nothing of it outlives the command.',
    )
    .option('--kubeconfig <file>', 'where to write its kubeconfig (default: a temporary file)')
    .option('--name <name>', 'name of its context', 'sandbox')
    .option('--port <number>', 'on 127.0.0.1; 0: any free one', integer(0, 65_535), 0)
    .option('--pod-start <ms>', 'how long a Pod takes to run', integer(0, 3_600_000), 1000)
    .action(async ({ kubeconfig, output, ...options }: SandboxOptions) => {
      const { openSandbox } = await import('../../demo/sandbox.ts');
      const ended = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      const sandbox = await openSandbox({ ...options, podStartMs: options.podStart }, kubeconfig);
      say(`A sandbox cluster is up at ${sandbox.url}. Ctrl-C ends it.`);
      const { file, url } = sandbox;
      print(output, { url, kubeconfig: file, context: options.name }, () => file);
      await ended;
      await sandbox.close();
    });
}
