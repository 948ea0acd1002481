import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { finishContract } from './finish.contract.ts';

describe('what the guard finishes by itself, over the sandbox', () => finishContract(() => openSandbox()));
