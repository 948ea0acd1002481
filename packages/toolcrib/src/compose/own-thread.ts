import { getAsset, isSea } from 'node:sea';
import { Worker } from 'node:worker_threads';

/** What of this program runs as a thread, by its place under the sources. */
type Thread = 'compose/errand-worker' | 'compose/guard-worker' | 'faces/api/main';

/**
 * Starts a thread of this program: from its file, in the sources and in the built form alike; in the single executable from
 * what that carries.
 * @param workerData what the thread is told at its start
 */
export function startThread(thread: Thread, workerData: unknown): Worker {
  if (isSea())
    return new Worker(
      `globalThis.ENTRY = ${JSON.stringify(`${thread}.js`)};\n${getAsset('loader.js', 'utf8')}`,
      {
        eval: true,
        workerData,
      },
    );
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new Worker(new URL(`../${thread}${ending}`, import.meta.url), { workerData });
}
