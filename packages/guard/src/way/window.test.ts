import { describe } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { windowContract } from './window.contract.ts';

describe('a create in a softened act’s window, over the sandbox', () => windowContract(() => openSandbox()));
