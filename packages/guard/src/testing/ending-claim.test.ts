import { describe } from 'node:test';
import { endingClaimContract } from './ending-claim.contract.ts';
import { openSandbox } from './sandbox-target.ts';

describe('a claim that was being deleted, over the sandbox', () => endingClaimContract(openSandbox));
