import { describe } from 'node:test';
import { openGuardedSandbox } from '../testing/stage.ts';
import { incidentContract } from './incident.contract.ts';

describe('the incident, over the sandbox', () => incidentContract(openGuardedSandbox));
