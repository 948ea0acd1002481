import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { fieldOwnersContract } from './field-owners.contract.ts';

describe('field owners after an undo, over the sandbox', () => fieldOwnersContract(openGuardedSandbox));
