// Field owners after an undo, over a real control plane. Needs Go.
import { describe } from 'node:test';
import { fieldOwnersContract } from '../packages/toolcrib/src/end-to-end/field-owners.contract.ts';
import { openGuardedTestbed } from './guarded.ts';

describe('field owners after an undo, over a real control plane', () =>
  fieldOwnersContract(openGuardedTestbed));
