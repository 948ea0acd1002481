import { after, before } from 'node:test';
import { builtInRules } from '@toolcrib/guard/policy/policy';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';
import { passingModesContract } from './passing.modes.contract.ts';
import { passingWindowContract } from './passing.window.contract.ts';
import { passingWorkloadsContract } from './passing.workloads.contract.ts';

const rules = [
  ...builtInRules,
  { name: 'shrink', when: 'effect.verb == "scale" && radius.podsNotReplaced > 1', then: 'hold' },
];

/** What passes at once and what does not, in each mode; and what is written down of it. */
export function passingContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 0, rules });
  });
  after(() => stage?.close());

  passingModesContract(() => stage);
  passingWindowContract(() => stage);
  passingWorkloadsContract(() => stage);
}
