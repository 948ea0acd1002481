import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { byItselfContract } from './contracts/by-itself.contract.ts';

describe('what the guard finishes by itself, over the sandbox', () => byItselfContract(() => openSandbox()));
