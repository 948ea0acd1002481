import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { undoContract } from './undo.contract.ts';
import { undoClaimsContract } from './undo-claims.contract.ts';
import { undoNamespacesContract } from './undo-namespaces.contract.ts';
import { undoSizesContract } from './undo-sizes.contract.ts';

describe('undo, over the sandbox', () => undoContract(openSandbox));
describe('undo of claims, over the sandbox', () => undoClaimsContract(openSandbox));
describe('undo of Namespaces, over the sandbox', () => undoNamespacesContract(openSandbox));
describe('undo of sizes, over the sandbox', () => undoSizesContract(openSandbox));
