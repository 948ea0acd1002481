// `toolcrib vet` in a thread that stays: a process for each call loads for two seconds what takes a few milliseconds to run.
// Streams and exit code are the thread's own.
import { parentPort, Worker } from 'node:worker_threads';
import { Command } from 'commander';
import { registerVet } from '../faces/cli/vet.ts';

interface VetRun {
  stdout: string;
  stderr: string;
  status: number;
}

interface VetThread {
  /** One call after another; the folder it stands in is the process's. */
  run(args: readonly string[]): Promise<VetRun>;
  close(): Promise<void>;
}

export function vetThread(): VetThread {
  const worker = new Worker(new URL(import.meta.url), { env: { ...process.env, NO_COLOR: '1' } });
  let last: Promise<unknown> = Promise.resolve();
  const next = (args: readonly string[]) =>
    new Promise<VetRun>((resolve, reject) => {
      const died = (why: unknown) =>
        reject(why instanceof Error ? why : new Error(`the thread ended: ${why}`));
      worker.once('error', died).once('exit', died);
      worker.once('message', (said: VetRun) => {
        worker.off('error', died).off('exit', died);
        resolve(said);
      });
      worker.postMessage(args);
    });
  return {
    run(args) {
      const run = last.then(() => next(args));
      last = run.catch(() => undefined);
      return run;
    },
    close: async () => void (await worker.terminate()),
  };
}

/** The command as `faces/cli/main.ts` has it: an error for people is a line on standard error and its exit code. */
async function vet(args: readonly string[]): Promise<VetRun> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (chunk: string | Uint8Array) => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  process.exitCode = undefined;
  const program = new Command('toolcrib').enablePositionalOptions();
  registerVet(program);
  try {
    await program.parseAsync(['vet', ...args], { from: 'user' });
  } catch (error) {
    const { name, message, next, exitCode } = error as Error & { next?: string; exitCode: number };
    if (name !== 'ToolcribError') throw error;
    process.stderr.write(`${message} / ${next}\n`);
    process.exitCode = exitCode;
  }
  return { ...said, status: Number(process.exitCode ?? 0) };
}

parentPort?.on('message', async (args: readonly string[]) => parentPort?.postMessage(await vet(args)));
