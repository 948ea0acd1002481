import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { approvalContract } from './approval.contract.ts';

describe('what an approval is good for, over the sandbox', () => approvalContract(openGuardedSandbox));
