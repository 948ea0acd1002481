import { describe } from 'node:test';
import { openSandbox } from '../../testing/sandbox-target.ts';
import { keepFirstContract } from './keep-first.contract.ts';
import { recoverContract } from './recover.contract.ts';

describe('kept before it is destroyed, over the sandbox', () => keepFirstContract(openSandbox));
describe('recovery after a restart, over the sandbox', () => recoverContract(openSandbox));
