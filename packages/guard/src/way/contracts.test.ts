import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { disownedContract } from './disowned.contract.ts';
import { editRoleContract } from './edit-role.contract.ts';
import { inSilenceContract } from './in-silence.contract.ts';
import { twoReadersContract } from './judge.contract.ts';
import { keepFirstContract } from './keep.contract.ts';
import { recoverContract } from './recover.contract.ts';
import { lastBarrierContract } from './see-radius.contract.ts';

describe('kept before it is destroyed, over the sandbox', () => keepFirstContract(openSandbox));
describe('recovery after a restart, over the sandbox', () => recoverContract(openSandbox));
describe('with the stock edit role, over the sandbox', () => editRoleContract(openSandbox));
describe('two readers, over the sandbox', () => twoReadersContract(openSandbox));
describe('the last barrier, over the sandbox', () => lastBarrierContract(openSandbox));
describe('what would go in silence, over the sandbox', () => inSilenceContract(openSandbox));
describe('owners that do not stand, over the sandbox', () => disownedContract(openSandbox));
