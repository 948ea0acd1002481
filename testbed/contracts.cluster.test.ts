// The product's contracts over a real control plane: the radius, softening, undo and finish. Needs Go.
import { describe } from 'node:test';
import { radiusContract } from '../packages/guard/src/radius/radius-of.contract.ts';
import { orphanFirstContract } from '../packages/guard/src/soften/orphan-first.contract.ts';
import { resumeContract } from '../packages/guard/src/soften/resume.contract.ts';
import { retainFirstContract } from '../packages/guard/src/soften/retain-first.contract.ts';
import { againContract } from '../packages/guard/src/testing/again.contract.ts';
import { softenedContract } from '../packages/guard/src/testing/softened.contract.ts';
import { againAndAgainContract } from '../packages/guard/src/undo/again-and-again.contract.ts';
import { undoContract } from '../packages/guard/src/undo/undo.contract.ts';
import { undoClaimsContract } from '../packages/guard/src/undo/undo-claims.contract.ts';
import { undoNamespacesContract } from '../packages/guard/src/undo/undo-namespaces.contract.ts';
import { undoSizesContract } from '../packages/guard/src/undo/undo-sizes.contract.ts';
import { twoReadersContract } from '../packages/guard/src/way/judge.contract.ts';
import { openTestbed, sharedTestbed } from './target.ts';

const shared = sharedTestbed();
describe('radius, over a real control plane', () => radiusContract(openTestbed));
describe('softening, over a real control plane', () => orphanFirstContract(shared));
describe('softening resumed, over a real control plane', () => resumeContract(shared));
describe('volumes retained, over a real control plane', () => retainFirstContract(shared));
describe('softened, then undone or finished, over a real control plane', () => softenedContract(shared));
describe('softened again and again, over a real control plane', () =>
  againContract(shared, { plainFails: true }));
describe('undo, over a real control plane', () => undoContract(shared));
describe('undo of claims, over a real control plane', () => undoClaimsContract(shared));
describe('undo of Namespaces, over a real control plane', () => undoNamespacesContract(shared));
describe('undo of sizes, over a real control plane', () => undoSizesContract(shared));
describe('undone again and again, over a real control plane', () => againAndAgainContract(shared));
describe('two readers, over a real control plane', () => twoReadersContract(shared));
