import { after, before } from 'node:test';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';
import { approvalChangedContract } from './approval.changed.contract.ts';
import { approvalPinnedContract } from './approval.pinned.contract.ts';

const rules = [
  { name: 'outage', when: 'radius.workloadsLeftWithoutPods > 0', then: 'hold' },
  { name: 'many', when: 'effect.verb == "delete" && act.expected > 10', then: 'hold' },
  { name: 'limits', when: 'effect.resource == "limitranges"', then: 'hold' },
  { name: 'unread', when: 'radius.state != "complete"', then: 'hold' },
];

/** What an approval is good for, and what not. Proved by plain requests to the cluster, and by what it got. */
export function approvalContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 60, rules });
  });
  after(() => stage?.close());

  approvalChangedContract(() => stage);
  approvalPinnedContract(() => stage);
}
