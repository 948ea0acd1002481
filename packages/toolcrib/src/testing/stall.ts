// Preloaded into a guard (NODE_OPTIONS=--import …): each of its worker threads that reads a JSON text with this mark in it
// thinks for as long as the mark says, without a pause, as a very large radius or a slow rule would make it.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const MARK = /"stall-for-test":"(\d+)"/;

if (!isMainThread) {
  const parse = JSON.parse;
  JSON.parse = (text: string, reviver?: Parameters<typeof JSON.parse>[1]) => {
    const seconds = MARK.exec(String(text))?.[1];
    if (seconds !== undefined) {
      appendFileSync(process.env.STALL_LOG ?? '/dev/null', 'stalled\n');
      const end = Date.now() + Number(seconds) * 1000;
      while (Date.now() < end);
    }
    return parse(text, reviver);
  };
}
