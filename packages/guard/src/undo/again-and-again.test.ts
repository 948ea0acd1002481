import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { againAndAgainContract } from './again-and-again.contract.ts';

describe('undone again and again, over the sandbox', () => againAndAgainContract(openSandbox));
