import { describe } from 'node:test';
import { namespaceKeptContract } from './contracts/namespace-kept.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('a Namespace with volumes, over the sandbox', () => namespaceKeptContract(openGuardedSandbox));
