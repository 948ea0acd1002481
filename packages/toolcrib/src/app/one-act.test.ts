import { describe } from 'node:test';
import { oneActContract } from './contracts/one-act.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('a command is one act, over the sandbox', () => oneActContract(openGuardedSandbox));
