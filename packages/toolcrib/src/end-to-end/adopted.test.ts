import { describe } from 'node:test';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import { adoptedContract } from './adopted.contract.ts';

describe('what is adopted carries no mark, over the sandbox', () => adoptedContract(openSandbox));
