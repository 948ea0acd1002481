import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { adoptedContract } from './contracts/adopted.contract.ts';

describe('what is adopted carries no mark, over the sandbox', () => adoptedContract(openSandbox));
