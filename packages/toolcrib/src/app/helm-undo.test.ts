import { describe } from 'node:test';
import { helmUndoContract } from './contracts/helm-undo.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('helm uninstall undone, over the sandbox', () => helmUndoContract(openGuardedSandbox));
