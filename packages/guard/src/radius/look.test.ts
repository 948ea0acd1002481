import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { radiusContract } from './radius-of.contract.ts';
import { youngKindsContract } from './young-kinds.contract.ts';

describe('radius, over the sandbox', () => radiusContract(openSandbox));
describe('kinds of this moment, over the sandbox', () => youngKindsContract(openSandbox));
