import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { passingContract } from './passing.contract.ts';

describe('what passes and what does not, over the sandbox', () => passingContract(openGuardedSandbox));
