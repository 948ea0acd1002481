import { describe } from 'node:test';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import { actsContract } from './acts.contract.ts';

describe('undo and finish of an act, over the sandbox', () => actsContract(openSandbox));
