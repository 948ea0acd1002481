import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { actContract } from './act.contract.ts';

describe('undo and finish of an act, over the sandbox', () => actContract(openSandbox));
