import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { orphanFirstContract } from './orphan-first.contract.ts';

describe('softening, over the sandbox', () => orphanFirstContract(openSandbox));
