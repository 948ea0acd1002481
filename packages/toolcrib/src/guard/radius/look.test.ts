import { describe } from 'node:test';
import { openSandbox } from '../../testing/sandbox-target.ts';
import { radiusContract } from './radius.contract.ts';

describe('radius, over the sandbox', () => radiusContract(openSandbox));
