import { describe } from 'node:test';
import { promiseContract } from './promise.contract.ts';
import { openSandbox } from './sandbox-target.ts';

describe('what is said before is what an undo does, over the sandbox', () => promiseContract(openSandbox));
