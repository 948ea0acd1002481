import type { Command } from 'commander';
import { say } from './terminal.ts';

/** `toolcrib sandbox` */
export function registerSandbox(program: Command): void {
  program
    .command('sandbox')
    .description(
      'A Kubernetes control plane in this process, to try things on. Nothing of it outlives the command.',
    )
    .option('--kubeconfig <file>', 'where to write its kubeconfig (default: a temporary file)')
    .option('--name <name>', 'name of its context', 'sandbox')
    .option('--port <number>', 'on 127.0.0.1; default: any free one', (text) => Number.parseInt(text, 10))
    .option('--pod-start <ms>', 'how long a Pod takes to run', (text) => Number.parseInt(text, 10), 1000)
    .action(async (options: { kubeconfig?: string; name: string; port?: number; podStart: number }) => {
      const [{ startSandbox }, { writeFileSync, mkdtempSync }, { tmpdir }, { join }] = await Promise.all([
        import('@toolcrib/sandbox'),
        import('node:fs'),
        import('node:os'),
        import('node:path'),
      ]);
      const sandbox = await startSandbox({
        name: options.name,
        port: options.port,
        podStartMs: options.podStart,
      });
      const file = options.kubeconfig ?? join(mkdtempSync(join(tmpdir(), 'toolcrib-sandbox-')), 'kubeconfig');
      // Never over a kubeconfig that is there already.
      writeFileSync(file, sandbox.kubeconfig(), { mode: 0o600, flag: 'wx' });
      say(`A sandbox cluster is up at ${sandbox.url}. Ctrl-C ends it.`);
      process.stdout.write(`${file}\n`);
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await sandbox.close();
    });
}
