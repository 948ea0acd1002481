import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { anyOrderContract } from './any-order.contract.ts';

describe('targets that hang on each other, over the sandbox', () => anyOrderContract(openGuardedSandbox));
