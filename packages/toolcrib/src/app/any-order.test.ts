import { describe } from 'node:test';
import { anyOrderContract } from './contracts/any-order.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('targets that hang on each other, over the sandbox', () => anyOrderContract(openGuardedSandbox));
