import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { readAheadContract } from './read-ahead.contract.ts';

describe('what is judged before it is asked for, over the sandbox', () =>
  readAheadContract(openGuardedSandbox));
