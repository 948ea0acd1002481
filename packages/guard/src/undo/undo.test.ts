import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { undoContract } from './undo.contract.ts';

describe('undo, over the sandbox', () => undoContract(openSandbox));
