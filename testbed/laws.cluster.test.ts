// What may be softened, and what the window must survive, over a real control plane; and our way to a cluster.
import { describe } from 'node:test';
import { clusterContract } from '../packages/guard/src/cluster/testing/contract.ts';
import { lawsContract } from '../packages/guard/src/testing/laws.contract.ts';
import { openTestbed } from './target.ts';

describe('what may be softened, and the window, over a real control plane', () => lawsContract(openTestbed));

clusterContract('a real control plane, with a client certificate', async () => {
  const target = await openTestbed();
  return { cluster: target.cluster, dispose: () => target.close() };
});
