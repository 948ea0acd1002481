import { describe } from 'node:test';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import { byItselfContract } from './by-itself.contract.ts';

describe('what the guard finishes by itself, over the sandbox', () => byItselfContract(() => openSandbox()));
