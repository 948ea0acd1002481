import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import { contextFor } from '../testing/write-context.ts';
import { serviceStrategy } from './services.ts';

const SERVICES = infoOf('/services');

function service(spec: Body, uid = 'u-1', name = 'one'): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop', uid }, spec };
}

/** A cluster in which these Services stand. */
const cluster = (...specs: Body[]) =>
  contextFor(
    SERVICES,
    specs.map((spec, at) => [SERVICES, service(spec, undefined, `other-${at}`)]),
  );

function defaulted(spec: Body): Body {
  const object = service(spec);
  serviceStrategy.setDefaults?.(object);
  return object.spec;
}

function created(spec: Body, context = cluster()): Body {
  const object = service(spec);
  serviceStrategy.prepareForCreate?.(object, context);
  assert.deepEqual(object.status, { loadBalancer: {} });
  return object.spec;
}

function updated(spec: Body, old: Body, context = cluster()): Body {
  const object = service(spec);
  serviceStrategy.prepareForUpdate?.(object, service(old), context);
  return object.spec;
}

function faults(spec: Body, context = cluster()): string[] {
  return (serviceStrategy.validate?.(service(spec), context) ?? []).map(
    ({ field, body }) => `${field}: ${body}`,
  );
}

test('a Service is a ClusterIP without affinity, over TCP, to the port of the same number', () => {
  assert.deepEqual(defaulted({ ports: [{ port: 80 }, { port: 53, protocol: 'UDP', targetPort: 'dns' }] }), {
    sessionAffinity: 'None',
    type: 'ClusterIP',
    ports: [
      { port: 80, protocol: 'TCP', targetPort: 80 },
      { port: 53, protocol: 'UDP', targetPort: 'dns' },
    ],
    internalTrafficPolicy: 'Cluster',
  });
  for (const targetPort of [0, '']) {
    assert.equal(defaulted({ ports: [{ port: 80, targetPort }] }).ports[0].targetPort, 80);
  }
});

test('affinity by client lasts three hours; its settings go with it', () => {
  assert.deepEqual(defaulted({ sessionAffinity: 'ClientIP' }).sessionAffinityConfig, {
    clientIP: { timeoutSeconds: 10800 },
  });
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 5 } };
  assert.deepEqual(
    defaulted({ sessionAffinity: 'ClientIP', sessionAffinityConfig }).sessionAffinityConfig,
    sessionAffinityConfig,
  );
  assert.equal(defaulted({ sessionAffinityConfig }).sessionAffinityConfig, undefined);
});

test('what is set depends on the type', () => {
  const fields = (type: string) => {
    const { externalTrafficPolicy, internalTrafficPolicy, allocateLoadBalancerNodePorts } = defaulted({
      type,
    });
    return [externalTrafficPolicy, internalTrafficPolicy, allocateLoadBalancerNodePorts];
  };
  assert.deepEqual(fields('ClusterIP'), [undefined, 'Cluster', undefined]);
  assert.deepEqual(fields('NodePort'), ['Cluster', 'Cluster', undefined]);
  assert.deepEqual(fields('LoadBalancer'), ['Cluster', 'Cluster', true]);
  assert.deepEqual(fields('ExternalName'), [undefined, undefined, undefined]);
});

test('a new Service gets a free address of its own', () => {
  assert.deepEqual(created({ type: 'ClusterIP', ports: [{ port: 80 }] }), {
    type: 'ClusterIP',
    ports: [{ port: 80 }],
    clusterIP: '10.96.1.0',
    clusterIPs: ['10.96.1.0'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
  const taken = cluster({ clusterIP: '10.96.1.0' }, { clusterIP: '10.96.1.2' });
  assert.equal(created({ type: 'ClusterIP' }, taken).clusterIP, '10.96.1.1');
  assert.equal(created({ type: 'ClusterIP', clusterIP: '10.96.9.9' }).clusterIP, '10.96.9.9');
  assert.equal(created({ type: 'ClusterIP', clusterIPs: ['10.96.9.8'] }).clusterIP, '10.96.9.8');
});

test('more than 256 addresses fill the next row', () => {
  const row = Array.from({ length: 256 }, (_, at) => ({ clusterIP: `10.96.1.${at}` }));
  assert.equal(created({ type: 'ClusterIP' }, cluster(...row)).clusterIP, '10.96.2.0');
});

test('a headless Service has no address, and both families where it has no selector', () => {
  const { clusterIPs, ipFamilies, ipFamilyPolicy } = created({ clusterIP: 'None', selector: { a: 'b' } });
  assert.deepEqual([clusterIPs, ipFamilies, ipFamilyPolicy], [['None'], ['IPv4'], 'SingleStack']);
  const bare = created({ clusterIP: 'None' });
  assert.deepEqual([bare.ipFamilies, bare.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack']);
});

test('an ExternalName has no address', () => {
  const spec = {
    type: 'ExternalName',
    clusterIP: '1.2.3.4',
    clusterIPs: ['1.2.3.4'],
    ipFamilies: [],
    ipFamilyPolicy: 'x',
  };
  assert.deepEqual(created({ ...spec, externalName: 'a.io' }), {
    type: 'ExternalName',
    externalName: 'a.io',
  });
});

test('a NodePort takes the lowest free port from 30000 on', () => {
  const ports = [{ port: 80 }, { port: 443 }, { port: 22, nodePort: 30001 }];
  const spec = created({ type: 'NodePort', ports }, cluster({ ports: [{ port: 1, nodePort: 30000 }] }, {}));
  assert.deepEqual(
    spec.ports.map(({ nodePort }: Body) => nodePort),
    [30002, 30003, 30001],
  );
  assert.equal(created({ type: 'LoadBalancer', ports: [{ port: 80 }] }).ports[0].nodePort, 30000);
  const without = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] };
  assert.equal(created(without).ports[0].nodePort, undefined);
  assert.equal(created({ type: 'ClusterIP', ports: [{ port: 80 }] }).ports[0].nodePort, undefined);
});

test('where every port is taken, the last is given', () => {
  const all = Array.from({ length: 2768 }, (_, at) => ({ port: 1, nodePort: 30000 + at }));
  const spec = created({ type: 'NodePort', ports: [{ port: 80 }] }, cluster({ ports: all }));
  assert.equal(spec.ports[0].nodePort, 32767);
});

test('an update that leaves out what was allocated keeps it', () => {
  const old = {
    type: 'NodePort',
    clusterIP: '10.96.3.3',
    clusterIPs: ['10.96.3.3'],
    ipFamilies: ['IPv6'],
    ipFamilyPolicy: 'PreferDualStack',
    ports: [
      { port: 80, protocol: 'TCP', nodePort: 31000 },
      { port: 80, protocol: 'UDP', nodePort: 31001 },
    ],
  };
  const spec = updated(
    {
      type: 'NodePort',
      ports: [
        { port: 80, protocol: 'UDP' },
        { port: 81, protocol: 'TCP' },
      ],
    },
    old,
  );
  assert.deepEqual(
    [spec.clusterIP, spec.ipFamilies, spec.ipFamilyPolicy],
    ['10.96.3.3', ['IPv6'], 'PreferDualStack'],
  );
  assert.deepEqual(
    spec.ports.map(({ nodePort }: Body) => nodePort),
    [31001, 30000],
  );
  const own = { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 32000 }] };
  assert.equal(updated(own, old).ports[0].nodePort, 32000);
  const bare = updated({ type: 'ClusterIP' }, { type: 'ClusterIP', clusterIP: '10.96.3.3' });
  assert.equal(bare.clusterIP, '10.96.3.3');
});

test('an update to another type gives up what does not belong to it', () => {
  const old = {
    type: 'NodePort',
    clusterIP: '10.96.3.3',
    ports: [{ port: 80, protocol: 'TCP', nodePort: 31000 }],
  };
  const plain = updated({ type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] }, old);
  assert.equal(plain.ports[0].nodePort, undefined);
  assert.deepEqual(updated({ type: 'ExternalName', clusterIP: '10.96.3.3' }, old), { type: 'ExternalName' });
  const back = updated({ type: 'ClusterIP' }, { type: 'ExternalName', clusterIP: '10.96.3.3' });
  assert.equal(back.clusterIP, '10.96.1.0');
});

test('the address may not change, except by way of ExternalName', () => {
  const check = (spec: Body, old: Body) =>
    serviceStrategy.validateUpdate?.(service(spec), service(old), cluster());
  const old = { type: 'ClusterIP', clusterIP: '10.96.3.3' };
  assert.deepEqual(check({ ...old }, old), []);
  assert.deepEqual(check({ ...old, clusterIP: '10.96.3.4' }, old), [
    {
      type: 'FieldValueInvalid',
      field: 'spec.clusterIPs[0]',
      body: 'Invalid value: ["10.96.3.4"]: may not change once set',
    },
  ]);
  assert.deepEqual(check({ ...old, clusterIP: '10.96.3.4' }, { type: 'ClusterIP' }), []);
  assert.deepEqual(check({ type: 'ExternalName' }, old), []);
  assert.deepEqual(check({ ...old, clusterIP: '10.96.3.4' }, { ...old, type: 'ExternalName' }), []);
});

test('faults of a Service', () => {
  const ports = [{ port: 80, targetPort: 80 }];
  assert.deepEqual(faults({ type: 'ClusterIP', ports }), []);
  assert.deepEqual(faults({ type: 'Other', ports }), [
    'spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ]);
  assert.deepEqual(faults({ type: 'ExternalName' }), ['spec.externalName: Required value']);
  assert.deepEqual(faults({ type: 'ExternalName', externalName: 'a.io' }), []);
  assert.deepEqual(faults({ type: 'ClusterIP' }), ['spec.ports: Required value']);
  assert.deepEqual(faults({ type: 'ClusterIP', clusterIP: 'None' }), []);
});

test('several ports have names of their own', () => {
  const two = (first?: string, second?: string) =>
    faults({
      type: 'ClusterIP',
      ports: [
        { name: first, port: 1 },
        { name: second, port: 2 },
      ],
    });
  assert.deepEqual(two('a', 'b'), []);
  assert.deepEqual(two('a'), ['spec.ports[1].name: Required value']);
  assert.deepEqual(two('a', 'a'), ['spec.ports[1].name: Duplicate value: "a"']);
  assert.deepEqual(two(), ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value']);
});

test('ports lie between 1 and 65535', () => {
  const port = (number: number, targetPort?: unknown) =>
    faults({ type: 'ClusterIP', ports: [{ port: number, targetPort }] });
  for (const number of [1, 65535]) assert.deepEqual(port(number, number), []);
  assert.deepEqual(port(0), ['spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive']);
  assert.deepEqual(port(65536), [
    'spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive',
  ]);
  assert.deepEqual(port(1, -1), [
    'spec.ports[0].targetPort: Invalid value: -1: must be between 1 and 65535, inclusive',
  ]);
  assert.deepEqual(port(1, 'web'), []);
});

test('an address that another Service has is refused', () => {
  const ports = [{ port: 80 }];
  const context = cluster({ clusterIP: '10.96.3.3' }, { clusterIP: 'None' });
  assert.deepEqual(faults({ type: 'ClusterIP', clusterIP: '10.96.3.3', ports }, context), [
    'spec.clusterIPs: Invalid value: ["10.96.3.3"]: failed to allocate IP 10.96.3.3: provided IP is already allocated',
  ]);
  assert.deepEqual(faults({ type: 'ClusterIP', clusterIP: '10.96.3.4', ports }, context), []);
  assert.deepEqual(faults({ type: 'ClusterIP', clusterIP: 'None', ports }, context), []);
  const [own] = context.store.list(SERVICES, {
    fields: [{ path: 'metadata.name', operator: '=', value: 'other-0' }],
  });
  assert.ok(own);
  own.spec = { ...own.spec, type: 'ClusterIP', ports };
  assert.deepEqual(serviceStrategy.validate?.(own, context), []);
});
