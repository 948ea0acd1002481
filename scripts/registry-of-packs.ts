import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A pack as `npm pack --json` tells of it, and where it lies. */
export interface Pack {
  name: string;
  version: string;
  file: string;
  manifest: object;
  hasShrinkwrap: boolean;
}

/**
 * A registry on this machine that has these packs, and sends on to another one for everything else: what people get is
 * installed from a registry, and only there does npm heed a shrinkwrap.
 */
export async function registryOfPacks(
  packs: readonly Pack[],
  upstream: string,
): Promise<{ url: string; close(): void }> {
  const byName = new Map(packs.map((pack) => [pack.name, pack]));
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1).split('?')[0] ?? '');
    const tarball = packs.find(({ name, version }) => path === `${name}/-/${version}.tgz`);
    if (tarball) return response.end(readFileSync(tarball.file));
    const pack = byName.get(path);
    if (pack) return response.end(JSON.stringify(packument(pack, `http://${request.headers.host}`)));
    try {
      const accept = request.headers.accept ?? '*/*';
      const answer = await fetch(new URL((request.url ?? '/').slice(1), upstream), { headers: { accept } });
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
      });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

function packument({ name, version, file, manifest, hasShrinkwrap }: Pack, host: string): object {
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const dist = { integrity, tarball: `${host}/${name}/-/${version}.tgz` };
  const one = { ...manifest, name, version, _id: `${name}@${version}`, dist, _hasShrinkwrap: hasShrinkwrap };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: one } };
}
