import { describe } from 'node:test';
import { againContract } from './again.contract.ts';
import { openSandbox } from './sandbox-target.ts';

describe('softened again and again, over the sandbox', () => againContract(openSandbox));
