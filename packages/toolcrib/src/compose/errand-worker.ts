import { parentPort, workerData } from 'node:worker_threads';
import { ToolcribError } from '@toolcrib/model';
import { operations } from '../operations/index.ts';
import { perform } from '../operations/operation.ts';
import { openCommand } from './command.ts';
import type { Errand, FromErrand } from './errand-messages.ts';

/** Carries out one operation, and ends. */
async function main({ name, input, ...from }: Errand, post: (message: FromErrand) => void): Promise<void> {
  const { context, close } = await openCommand({ ...from, terminal: false });
  try {
    const value = await perform(operations[name], context, input, (event) => post({ type: 'told', event }));
    post({ type: 'done', value });
  } catch (error) {
    if (error instanceof ToolcribError) {
      const { code, message, next } = error;
      return post({ type: 'failed', code, message, ...(next === undefined ? {} : { next }) });
    }
    post({ type: 'broke', why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    await close();
  }
}

if (parentPort) {
  const port = parentPort;
  // What crosses to another thread is what would cross a wire: values, and nothing that has methods.
  void main(workerData as Errand, (message) => port.postMessage(JSON.parse(JSON.stringify(message))));
}
