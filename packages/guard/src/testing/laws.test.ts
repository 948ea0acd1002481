import { describe } from 'node:test';
import { lawsContract } from './laws.contract.ts';
import { openSandbox } from './sandbox-target.ts';

describe('what may be softened, and the window, over the sandbox', () => lawsContract(openSandbox));
