import { describe } from 'node:test';
import { incidentContract } from './contracts/incident.contract.ts';
import { openGuardedSandbox } from './testing/stage.ts';

describe('the incident, over the sandbox', () => incidentContract(openGuardedSandbox));
