import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { type SandboxOptions, startSandbox } from '@toolcrib/sandbox';

/** A sandbox cluster with its kubeconfig on disk. */
export interface OpenSandbox {
  url: string;
  /** Where its kubeconfig stands. */
  file: string;
  /** Ends it, and takes the kubeconfig away again unless somebody has changed it. */
  close(): Promise<void>;
}

/**
 * Starts a sandbox cluster and writes its kubeconfig, never over one that is there already. Where that fails nothing
 * is left running.
 *
 * @param kubeconfig default: in a temporary folder of its own
 * @throws ToolcribError `bad-file` (it is there already, or can't be written), `port-in-use`
 */
export async function openSandbox(options: SandboxOptions, kubeconfig?: string): Promise<OpenSandbox> {
  // Asked first, since starting takes a while; what is written is exclusive all the same.
  if (kubeconfig !== undefined && existsSync(kubeconfig)) throw fileError(kubeconfig, { code: 'EEXIST' });
  const sandbox = await startSandbox(options).catch((error: unknown) => {
    throw portError(options.port, error);
  });
  const text = sandbox.kubeconfig();
  const folder = kubeconfig === undefined ? mkdtempSync(join(tmpdir(), 'toolcrib-sandbox-')) : undefined;
  const file = kubeconfig ?? join(folder ?? '', 'kubeconfig');
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    await sandbox.close();
    throw fileError(file, cause);
  }
  return {
    url: sandbox.url,
    file,
    async close() {
      await sandbox.close();
      if (existsSync(file) && readFileSync(file, 'utf8') === text)
        rmSync(folder ?? file, { recursive: true });
    },
  };
}

function fileError(file: string, cause: unknown): ToolcribError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const [why, next] =
    code === 'EEXIST'
      ? ['it is there already', 'Name another file, or remove that one if you no longer need it.']
      : code === 'ENOENT'
        ? [`there is no folder ${dirname(file)}`, 'Make the folder, or name another file.']
        : [message, 'Name a file in a folder that you may write to.'];
  return new ToolcribError('bad-file', `The kubeconfig ${file} can't be written: ${why}.`, { next, cause });
}

function portError(port: number | undefined, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  const next = 'Name another port, or leave --port out for any that is free.';
  if (code === 'EADDRINUSE')
    return new ToolcribError('port-in-use', `Port ${port} on 127.0.0.1 is taken.`, { next, cause });
  if (code === 'EACCES')
    return new ToolcribError('port-in-use', `Port ${port} on 127.0.0.1 may not be used by you.`, {
      next,
      cause,
    });
  return cause;
}
