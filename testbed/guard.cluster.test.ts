// A real guard process and a real kubectl before a real control plane: the contracts that also run over the sandbox.
import { describe } from 'node:test';
import { anyOrderContract } from '../packages/toolcrib/src/end-to-end/any-order.contract.ts';
import { approvalContract } from '../packages/toolcrib/src/end-to-end/approval.contract.ts';
import { helmHooksContract } from '../packages/toolcrib/src/end-to-end/helm-hooks.contract.ts';
import { incidentContract } from '../packages/toolcrib/src/end-to-end/incident.contract.ts';
import { namespaceKeptContract } from '../packages/toolcrib/src/end-to-end/namespace-kept.contract.ts';
import { oneActContract } from '../packages/toolcrib/src/end-to-end/one-act.contract.ts';
import { passingContract } from '../packages/toolcrib/src/end-to-end/passing.contract.ts';
import { readAheadContract } from '../packages/toolcrib/src/end-to-end/read-ahead.contract.ts';
import { openGuardedTestbed } from './guarded.ts';

describe('the incident, over a real control plane', () => incidentContract(openGuardedTestbed));
describe('what an approval is good for, over a real control plane', () =>
  approvalContract(openGuardedTestbed));
describe('what passes and what does not, over a real control plane', () =>
  passingContract(openGuardedTestbed));
describe('a command is one act, over a real control plane', () => oneActContract(openGuardedTestbed));
describe('helm hooks, over a real control plane', () => helmHooksContract(openGuardedTestbed));
describe('targets that hang on each other, over a real control plane', () =>
  anyOrderContract(openGuardedTestbed));
describe('a Namespace with volumes, over a real control plane', () =>
  namespaceKeptContract(openGuardedTestbed));
describe('what is judged before it is asked for, over a real control plane', () =>
  readAheadContract(openGuardedTestbed));
