import { type Hold, ToolcribError } from '@toolcrib/model';
import { type RunTokenBody, unknownCode } from '../../../laptop/api/schema.ts';
import type { ApiDeps } from '../server.ts';

// What stands behind the API in its tests: it writes down what it was asked, and answers by what was asked for.

/** What was asked for: name and input. */
export const asked: [string, unknown][] = [];
export const told: string[] = [];
export const minted: RunTokenBody[] = [];
export const hold = { code: 'BCDFG', actId: 'act-1' } as Hold;
export const deps: ApiDeps = {
  async perform({ name, input }, given, _, tell) {
    if (name === 'status')
      throw new ToolcribError('not-running', 'The guard is starting.', { next: 'Ask again.' });
    const read = input.parse(given) as { code?: string; act?: string };
    asked.push([name, read]);
    if (read.act === 'act-1') {
      tell({ type: 'waits', text: 'a moment' });
      return { id: 'undo-1' };
    }
    if (read.act === 'act-2') throw new ToolcribError('unreachable', 'No cluster.');
    if (read.code === 'BREAK') throw new TypeError('undefined is not a function');
    if (read.code === 'none') throw unknownCode('none');
    if (read.code === 'XXXXX') throw new ToolcribError('conflict', 'It was answered already.');
    return name === 'held' ? [hold] : hold;
  },
  async mint(asked) {
    minted.push(asked);
    return { id: 'run-1', tokens: { prod: 'a token' }, meanings: {} };
  },
  revoke: (id) => told.push(`revoke ${id}`),
  log: () => undefined,
};
