import { describe } from 'node:test';
import { passingContract } from './contracts/passing.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('what passes and what does not, over the sandbox', () => passingContract(openGuardedSandbox));
