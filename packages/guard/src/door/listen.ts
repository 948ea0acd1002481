import type { AddressInfo, Server } from 'node:net';
import { ToolcribError } from '@toolcrib/model';

/**
 * Listens on loopback.
 * @param port 0 takes a free one
 * @returns the port
 * @throws ToolcribError `port-in-use`, `unreachable` where it can't for another reason
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        new ToolcribError(
          inUse ? 'port-in-use' : 'unreachable',
          `The guard can't listen on 127.0.0.1:${port}: ${error.message}`,
          {
            next: inUse
              ? `Find who has it (ss -ltnp | grep ${port}), or take a new port: toolcrib guard start --port 0`
              : undefined,
            cause: error,
          },
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
