// What the guard keeps, recovers, undoes and finishes, over a real control plane. Needs Go.
import { describe } from 'node:test';
import { actContract } from '../packages/guard/src/undo/act.contract.ts';
import { finishContract } from '../packages/guard/src/undo/finish.contract.ts';
import { editRoleContract } from '../packages/guard/src/way/edit-role.contract.ts';
import { keepFirstContract } from '../packages/guard/src/way/keep.contract.ts';
import { recoverContract } from '../packages/guard/src/way/recover.contract.ts';
import { windowContract } from '../packages/guard/src/way/window.contract.ts';
import { adoptedContract } from '../packages/toolcrib/src/end-to-end/adopted.contract.ts';
import { takesOverContract } from '../packages/toolcrib/src/end-to-end/takes-over.contract.ts';
import { sharedTestbed } from './target.ts';

const open = sharedTestbed();
describe('kept before it is destroyed, over a real control plane', () => keepFirstContract(open));
describe('recovery after a restart, over a real control plane', () => recoverContract(open));
describe('undo and finish of an act, over a real control plane', () => actContract(open));
describe('what is adopted carries no mark, over a real control plane', () => adoptedContract(open));
describe('what a create takes over, over a real control plane', () => takesOverContract(open));
describe('what the guard finishes by itself, over a real control plane', () => finishContract(open));
describe('with the stock edit role, over a real control plane', () => editRoleContract(open));
describe('a create in a softened act’s window, over a real control plane', () => windowContract(open));
