import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { helmUndoContract } from './helm-undo.contract.ts';

describe('helm uninstall undone, over the sandbox', () => helmUndoContract(openGuardedSandbox));
