// What is said before is what an undo does, over a real control plane. Needs Go.
import { describe } from 'node:test';
import { promiseContract } from '../packages/toolcrib/src/testing/promise.contract.ts';
import { openTestbed } from './target.ts';

describe('what is said before is what an undo does, over a real control plane', () =>
  promiseContract(openTestbed, { quotas: true }));
