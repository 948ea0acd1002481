// What stands in for the page of releases, so that the lines of the README that fetch from there are run as printed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority } from '../../packages/sandbox/src/server/certificates.ts';

const BINARY = 'toolcrib-linux-x64';
const FILE = `${BINARY}.xz`;
const AT = /^\/toolcrib\/toolcrib\/releases\/download\/v\d+\.\d+\.\d+\//;

interface Served {
  /** For a curl that shall find the release here. */
  curlrc: string;
  close(): Promise<void>;
}

/**
 * Serves a release on loopback: a program that says what it is, packed, and the checksums.
 * @param program what the unpacked file is
 */
export async function servedRelease(
  program = '#!/bin/sh\necho the program of the release\n',
): Promise<Served> {
  const packed = execFileSync('xz', ['-c'], { input: program });
  const sum = (name: string, bytes: string | Buffer) =>
    `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
  const files: Record<string, Buffer> = {
    [FILE]: packed,
    // A release has more files than anybody fetches.
    SHA256SUMS: Buffer.from(sum(FILE, packed) + sum('toolcrib-linux-arm64.xz', 'not fetched')),
  };
  const { certificate, key } = await (await createCertificateAuthority()).issueServer();
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const file = AT.test(request.url ?? '') ? files[(request.url ?? '').replace(AT, '')] : undefined;
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    curlrc: `insecure\nsilent\nconnect-to = "github.com:443:127.0.0.1:${port}"\n`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
