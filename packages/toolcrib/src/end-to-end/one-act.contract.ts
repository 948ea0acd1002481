import { after, before } from 'node:test';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';
import { oneActHelmContract } from './one-act.helm.contract.ts';
import { oneActKubectlContract } from './one-act.kubectl.contract.ts';

/**
 * A command is one act, asked for once, before the first of it goes; a no ends it. With the real helm and kubectl, and
 * proved by what stands in the cluster.
 * @param helms further helm binaries, beside the one that the tests carry
 */
export function oneActContract(open: OpenGuarded, helms: Record<string, string> = {}): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 30 });
  });
  after(() => stage?.close());

  oneActHelmContract(() => stage, helms);
  oneActKubectlContract(() => stage);
}
