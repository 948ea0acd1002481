import { parentPort, workerData } from 'node:worker_threads';
import type { Channel } from '@toolcrib/guard/port/client';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { openKeeper } from '../../compose/keeper.ts';
import type { FromKeeper, KeeperSetup, ToKeeper } from '../../compose/keeper-messages.ts';
import { serveOnSocket } from '../../compose/own-socket.ts';
import { apiRoutes } from './server.ts';

/** The thread that people ask: the API over what compose opens for it. The guard starts it by this file's URL. */
async function main(setup: KeeperSetup, channel: Channel): Promise<void> {
  const post = (message: FromKeeper) => channel.postMessage(message);
  const keeper = await openKeeper(setup, post);
  const api = await serveOnSocket(setup.socket, apiRoutes(keeper).fetch);
  channel.on('message', (message: ToKeeper) => {
    if (message.type !== 'close') return keeper.hear(message);
    api.close();
    void keeper.close().finally(() => {
      api.closeAllConnections();
      post({ type: 'closed' });
    });
  });
  await keeper.begin();
  post({ type: 'ready' });
}

if (parentPort) {
  main(workerData as KeeperSetup, parentPort as unknown as Channel).catch((error: unknown) => {
    // A thrown error would lose its class and code on its way to the parent.
    const known = error instanceof ToolcribError ? error : undefined;
    const message = messageOf(error);
    const failed: FromKeeper = {
      type: 'start-failed',
      code: known?.code ?? 'journal',
      message,
      next: known?.next,
    };
    parentPort?.postMessage(failed);
  });
}
