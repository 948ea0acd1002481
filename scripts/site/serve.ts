import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

interface Served {
  url: string;
  close(): Promise<void>;
}

/** Shows the files of a folder on loopback. @param port 0: any free one */
export async function serveSite(folder: string, port: number): Promise<Served> {
  const server = createServer((request, response) => {
    const file = request.method === 'GET' ? fileAt(folder, request.url ?? '/') : undefined;
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The plain file that an address means; undefined where there is none, or where it leads out of the folder. */
function fileAt(folder: string, url: string): string | undefined {
  const path = URL.parse(url, 'http://127.0.0.1')?.pathname ?? '/';
  const file = normalize(join(folder, decoded(path), path.endsWith('/') ? 'index.html' : ''));
  if (!file.startsWith(normalize(folder) + sep)) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
