import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameIntent } from './prepare.ts';
import { explicitNodePorts, withoutAssigned } from './service.ts';
import { object } from './testing/kept.ts';

test('a Service keeps what was written down, and gives back what was assigned', () => {
  const spec = {
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    healthCheckNodePort: 30000,
    ports: [
      { port: 80, nodePort: 30080 },
      { port: 443, nodePort: 30443 },
    ],
  };
  const applied = JSON.stringify({ spec: { ports: [{ port: 80, nodePort: 30080 }] } });
  const byApply = object('v1 Service', 's', {
    spec,
    metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } },
  });
  assert.deepEqual(explicitNodePorts(byApply), [30080]);
  const managedFields = [
    {
      fieldsV1: {
        'f:spec': { 'f:ports': { 'k:{"port":443,"protocol":"TCP"}': { 'f:nodePort': {}, 'f:port': {} } } },
      },
    },
  ];
  assert.deepEqual(
    explicitNodePorts(object('v1 Service', 's', { spec, metadata: { managedFields } })),
    [30443],
  );
  assert.deepEqual(withoutAssigned(byApply, [30080]).spec, {
    ports: [{ port: 80, nodePort: 30080 }, { port: 443 }],
  });
  const headless = object('v1 Service', 's', { spec: { clusterIP: 'None' } });
  assert.equal(withoutAssigned(headless, []).spec.clusterIP, 'None');
  const moved = object('v1 Service', 's', {
    spec: { ...spec, clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'] },
  });
  assert.equal(sameIntent(byApply, moved), true);
});
