import { after, before } from 'node:test';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';
import { readAheadChangedContract } from './read-ahead.changed.contract.ts';
import { readAheadPartOfItContract } from './read-ahead.part-of-it.contract.ts';

/**
 * What a kubectl session is going to delete is judged and kept before it asks for it, and goes then without another look. So
 * everything that may happen in between is done here, between the session's own requests.
 */
export function readAheadContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 0 });
  });
  after(() => stage?.close());

  readAheadChangedContract(() => stage);
  readAheadPartOfItContract(() => stage);
}
