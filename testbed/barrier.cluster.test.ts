// What the last barrier takes, what would go in silence, kinds of this second: over a real control plane. Needs Go.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { look, radiusOf } from '../packages/guard/src/radius/index.ts';
import { youngKindsContract } from '../packages/guard/src/radius/young-kinds.contract.ts';
import { claimsInUseContract } from '../packages/guard/src/testing/claims-in-use.contract.ts';
import { endingClaimContract } from '../packages/guard/src/testing/ending-claim.contract.ts';
import { inNamespace, put, seen, until } from '../packages/guard/src/testing/target.ts';
import { disownedContract } from '../packages/guard/src/way/disowned.contract.ts';
import { inSilenceContract } from '../packages/guard/src/way/in-silence.contract.ts';
import { lastBarrierContract } from '../packages/guard/src/way/see-radius.contract.ts';
import { sharedTestbed } from './target.ts';

const shared = sharedTestbed();
describe('the last barrier, over a real control plane', () => lastBarrierContract(shared));
describe('owners that do not stand, over a real control plane', () => disownedContract(shared));
describe('what would go in silence, over a real control plane', () => inSilenceContract(shared));
describe('a claim that was being deleted, over a real control plane', () => endingClaimContract(shared));
describe('claims used again when their window ends, over a real control plane', () =>
  claimsInUseContract(shared));
describe('kinds of this moment, over a real control plane', () => youngKindsContract(shared));

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';

test('an aggregated API that is gone leaves no Namespace "not seen"', async () => {
  const target = await shared();
  try {
    await inNamespace(target, async (namespace) => {
      const group = `dead-${namespace}.example.com`;
      const path = `${SERVICES}/v1.${group}`;
      await put(target, SERVICES, {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: `v1.${group}` },
        spec: {
          group,
          version: 'v1',
          groupPriorityMinimum: 1000,
          versionPriority: 10,
          insecureSkipTLSVerify: true,
          service: { name: 'nobody', namespace },
        },
      });
      const failing = async () => {
        const { failed } = await target.cluster.resources(undefined, { anew: true });
        return failed.some((one) => one.group === group);
      };
      const stateNow = async () => {
        const self = await seen(target, `/api/v1/namespaces/${namespace}`);
        assert.ok(self);
        const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace, uid: self.metadata.uid };
        const type = { group: '', resource: 'namespaces' };
        const aims = [{ ref, type, effect: { does: 'delete' as const, options: {} } }];
        return radiusOf(await look(target.cluster, aims), aims);
      };
      await until('its group is named as one that does not answer', failing);
      assert.equal((await stateNow()).state, 'incomplete');
      await target.https('DELETE', path);
      // The server may take a moment to forget it; the guard may not.
      const plain = async () => (await target.https('GET', '/apis')).body.groups as { name: string }[];
      await until(
        'the cluster has forgotten it',
        async () => !(await plain()).some(({ name }) => name === group),
      );
      const unseen = async () => JSON.stringify((await stateNow()).unseen);
      await until('and so have we', async () => !(await unseen()).includes(group), 15_000);
    });
  } finally {
    await target.close();
  }
});
