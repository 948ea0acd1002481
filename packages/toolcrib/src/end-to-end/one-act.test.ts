import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { oneActContract } from './one-act.contract.ts';

describe('a command is one act, over the sandbox', () => oneActContract(openGuardedSandbox));
