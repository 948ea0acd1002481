import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { helmHooksContract } from './helm-hooks.contract.ts';

describe('helm hooks, over the sandbox', () => helmHooksContract(openGuardedSandbox));
