import { describe } from 'node:test';
import { approvalContract } from './contracts/approval.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('what an approval is good for, over the sandbox', () => approvalContract(openGuardedSandbox));
