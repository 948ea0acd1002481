import { describe } from 'node:test';
import { claimsInUseContract } from './claims-in-use.contract.ts';
import { openSandbox } from './sandbox-target.ts';

describe('claims that are used again when their window ends, over the sandbox', () =>
  claimsInUseContract(openSandbox));
