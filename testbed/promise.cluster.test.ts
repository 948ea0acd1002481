// What is said before is what an undo does, over a real control plane. Needs Go.
import { describe } from 'node:test';
import { promiseContract } from '../packages/guard/src/testing/promise.contract.ts';
import { helmUndoContract } from '../packages/toolcrib/src/end-to-end/helm-undo.contract.ts';
import { openGuardedTestbed } from './guarded.ts';
import { openTestbed } from './target.ts';

describe('what is said before is what an undo does, over a real control plane', () =>
  promiseContract(openTestbed, { whole: true }));
describe('helm uninstall undone, over a real control plane', () => helmUndoContract(openGuardedTestbed));
