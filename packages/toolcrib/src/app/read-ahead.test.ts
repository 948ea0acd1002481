import { describe } from 'node:test';
import { readAheadContract } from './contracts/read-ahead.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('what is judged before it is asked for, over the sandbox', () =>
  readAheadContract(openGuardedSandbox));
