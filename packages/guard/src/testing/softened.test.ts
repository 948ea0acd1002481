import { describe } from 'node:test';
import { openSandbox } from './sandbox-target.ts';
import { softenedContract } from './softened.contract.ts';

describe('softened, then undone or finished, over the sandbox', () => softenedContract(openSandbox));
