import { describe } from 'node:test';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import { takesOverContract } from './takes-over.contract.ts';

describe('what a create takes over, over the sandbox', () => takesOverContract(openSandbox));
