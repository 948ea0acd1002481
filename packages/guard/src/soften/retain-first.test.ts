import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { retainFirstContract } from './retain-first.contract.ts';

describe('volumes retained, over the sandbox', () => retainFirstContract(openSandbox));
