import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { takesOverContract } from './contracts/takes-over.contract.ts';

describe('what a create takes over, over the sandbox', () => takesOverContract(openSandbox));
