// What is compiled when the program does what people do with it: recorded from an executable that writes it down, so that the
// one that ships need not compile it again. What ships can't write any of it.
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { childEnvironment } from '@toolcrib/model';
import { realClients } from '@toolcrib/sandbox';

const RUN = 'script.runInThisContext()';

/**
 * @param loader of the executable, as JavaScript
 * @param folder where each process and thread writes what it compiled: every two seconds, and when it ends
 */
export function recording(loader: string, folder: string): string {
  if (!loader.includes(RUN)) throw new Error('The loader runs its parts otherwise than it did.');
  const write = `
const scripts = (globalThis.compiledScripts = new Map());
const writeThem = () => {
  const { writeFileSync } = process.getBuiltinModule('node:fs');
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  for (const [name, script] of scripts)
    writeFileSync(${JSON.stringify(`${folder}/`)} + [process.pid, threadId, encodeURIComponent(name)].join(' '), script.createCachedData());
};
setInterval(writeThem, 2000).unref();
process.on('exit', writeThem);
`;
  return `{${write}}\n${loader.replace(RUN, `(globalThis.compiledScripts.set(name, script), ${RUN})`)}`;
}

/**
 * Lets it do what people do: the demo, with a guard and its threads, and the commands that are typed most.
 * @param executable that records
 * @param folder as it was given to `recording`
 * @returns of each part the record that has most of it
 */
export async function recorded(executable: string, folder: string): Promise<Map<string, Uint8Array>> {
  mkdirSync(folder, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'tcr-'));
  const { kubectl } = await realClients();
  const env = {
    ...childEnvironment(process.env),
    HOME: home,
    TOOLCRIB_HOME: join(home, 'state'),
    KUBECONFIG: join(home, 'cluster.kubeconfig'),
    PATH: `${dirname(kubectl)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const run = (...args: string[]) => execFileSync(executable, args, { env, cwd: home, stdio: 'pipe' });
  let cluster: ChildProcessByStdio<null, Readable, null> | undefined;
  try {
    run('demo');
    cluster = spawn(executable, ['sandbox', '--kubeconfig', env.KUBECONFIG], {
      env,
      cwd: home,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(cluster.stdout, 'data');
    for (const args of [['--version'], ['--help'], ['on'], ['log'], ['held'], ['vet', '--criteria']])
      run(...args);
  } finally {
    // Whatever failed: no guard, cluster or folder of it outlives this.
    spawnSync(executable, ['guard', 'stop'], { env, cwd: home, stdio: 'ignore' });
    if (cluster?.kill()) await once(cluster, 'exit');
    rmSync(home, { recursive: true });
  }
  const caches = new Map<string, Uint8Array>();
  const size = (file: string) => statSync(join(folder, file)).size;
  for (const file of readdirSync(folder).sort((a, b) => size(a) - size(b)))
    caches.set(decodeURIComponent(file.split(' ')[2] ?? ''), readFileSync(join(folder, file)));
  return caches;
}
