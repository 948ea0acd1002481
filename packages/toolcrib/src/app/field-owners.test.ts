import { describe } from 'node:test';
import { fieldOwnersContract } from './contracts/field-owners.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('field owners after an undo, over the sandbox', () => fieldOwnersContract(openGuardedSandbox));
