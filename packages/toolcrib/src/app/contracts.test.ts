import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { actsContract } from './contracts/acts.contract.ts';

describe('undo and finish of an act, over the sandbox', () => actsContract(openSandbox));
