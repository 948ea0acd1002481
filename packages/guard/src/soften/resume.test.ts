import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { resumeContract } from './resume.contract.ts';

describe('softening resumed, over the sandbox', () => resumeContract(openSandbox));
