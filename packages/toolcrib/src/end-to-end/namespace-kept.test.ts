import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { namespaceKeptContract } from './namespace-kept.contract.ts';

describe('a Namespace with volumes, over the sandbox', () => namespaceKeptContract(openGuardedSandbox));
