import { describe } from 'node:test';
import { helmHooksContract } from './contracts/helm-hooks.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('helm hooks, over the sandbox', () => helmHooksContract(openGuardedSandbox));
