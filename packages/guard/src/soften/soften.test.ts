import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { softenContract } from './soften.contract.ts';

describe('softening, over the sandbox', () => softenContract(openSandbox));
