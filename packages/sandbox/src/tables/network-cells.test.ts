import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import {
  endpointSliceCells,
  endpointsCells,
  ingressCells,
  ingressClassCells,
  networkPolicyCells,
  serviceCells,
} from './network-cells.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');

function object(fields: Partial<KubeObject>): KubeObject {
  const metadata = { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z' };
  return { apiVersion: 'v1', kind: 'X', ...fields, metadata };
}

test('a Service: address, ports and selector', () => {
  const ports = [
    { port: 80, nodePort: 30080, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ];
  const spec = { type: 'NodePort', clusterIPs: ['10.96.1.1'], ports, selector: { b: '2', a: '1' } };
  assert.deepEqual(serviceCells(object({ spec }), NOW), [
    'one',
    'NodePort',
    '10.96.1.1',
    '<none>',
    '80:30080/TCP,53/UDP',
    '5m',
    'a=1,b=2',
  ]);
  assert.deepEqual(serviceCells(object({ spec: { type: 'ClusterIP' } }), NOW), [
    'one',
    'ClusterIP',
    '<none>',
    '<none>',
    '<none>',
    '5m',
    '<none>',
  ]);
});

test('where a Service is reached from outside depends on its type', () => {
  const external = (spec: object, status?: object) => serviceCells(object({ spec, status }), NOW)[3];
  const externalIPs = ['1.2.3.4', '1.2.3.5'];
  assert.equal(external({ type: 'ClusterIP', externalIPs }), '1.2.3.4,1.2.3.5');
  assert.equal(external({ type: 'LoadBalancer' }), '<pending>');
  assert.equal(external({ type: 'LoadBalancer', externalIPs }, {}), '1.2.3.4,1.2.3.5');
  const ingress = [{ ip: '9.9.9.9' }, { hostname: 'lb.example.com' }, { ip: '9.9.9.9' }, {}];
  const status = { loadBalancer: { ingress } };
  assert.equal(external({ type: 'LoadBalancer' }, status), '9.9.9.9,lb.example.com');
  assert.equal(
    external({ type: 'LoadBalancer', externalIPs: ['0.0.0.1'] }, status),
    '9.9.9.9,lb.example.com,0.0.0.1',
  );
  assert.equal(external({ type: 'ExternalName', externalName: 'example.com', externalIPs }), 'example.com');
  assert.equal(external({ type: 'ExternalName' }), '');
});

test('Endpoints: each address with each port, three at most', () => {
  const addresses = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }];
  const cells = (subsets?: object[]) => endpointsCells(object({ subsets }), NOW);
  assert.deepEqual(cells([{ addresses, ports: [{ port: 80 }] }]), ['one', '10.0.0.1:80,10.0.0.2:80', '5m']);
  assert.equal(
    cells([{ addresses, ports: [{ port: 80 }, { port: 443 }] }])[1],
    '10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 1 more...',
  );
  assert.equal(cells([{ addresses }])[1], '10.0.0.1,10.0.0.2');
  assert.equal(cells([{ addresses: [...addresses, { ip: '10.0.0.3' }] }])[1], '10.0.0.1,10.0.0.2,10.0.0.3');
  assert.equal(cells([{ ports: [{ port: 80 }] }])[1], '');
  assert.deepEqual(cells(), ['one', '<none>', '5m']);
});

test('a slice: its kind of address, ports and addresses', () => {
  const endpoints = [{ addresses: ['10.0.0.1', '10.0.0.2'] }, {}, { addresses: ['10.0.0.3'] }];
  const ports = [{ port: 80, name: 'web' }, { name: 'dns' }, {}];
  assert.deepEqual(endpointSliceCells(object({ addressType: 'IPv4', ports, endpoints }), NOW), [
    'one',
    'IPv4',
    '80,dns,*',
    '10.0.0.1,10.0.0.2,10.0.0.3',
    '5m',
  ]);
  const one = { ports: [{ port: 80 }], endpoints: [{ addresses: ['10.0.0.1'] }] };
  assert.deepEqual(endpointSliceCells(object(one), NOW).slice(2, 4), ['80', '10.0.0.1']);
  const more = [...endpoints, { addresses: ['10.0.0.4', '10.0.0.5'] }];
  assert.equal(
    endpointSliceCells(object({ endpoints: more }), NOW)[3],
    '10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...',
  );
  assert.deepEqual(endpointSliceCells(object({ addressType: 'IPv6', ports: null, endpoints: null }), NOW), [
    'one',
    'IPv6',
    '<unset>',
    '<unset>',
    '5m',
  ]);
});

test('an Ingress: its hosts, three at most, and the ports that follow from TLS', () => {
  const rules = (...hosts: (string | undefined)[]) => hosts.map((host) => ({ host }));
  const cells = (spec?: object, status?: object) => ingressCells(object({ spec, status }), NOW);
  const status = { loadBalancer: { ingress: [{ ip: '9.9.9.9' }, { ip: '8.8.8.8' }] } };
  assert.deepEqual(cells({ ingressClassName: 'nginx', rules: rules('a.io', 'b.io'), tls: [{}] }, status), [
    'one',
    'nginx',
    'a.io,b.io',
    '8.8.8.8,9.9.9.9',
    '80, 443',
    '5m',
  ]);
  assert.deepEqual(cells({ tls: [] }), ['one', '<none>', '*', '', '80', '5m']);
  assert.deepEqual(cells(), ['one', '<none>', '*', '', '80', '5m']);
  assert.equal(cells({ rules: rules('a.io', 'b.io', 'c.io') })[2], 'a.io,b.io,c.io');
  assert.equal(cells({ rules: rules('a.io', 'b.io', 'c.io', 'd.io') })[2], 'a.io,b.io,c.io + 1 more...');
  assert.equal(cells({ rules: rules('a.io', undefined, undefined, undefined) })[2], 'a.io');
  assert.equal(cells({ rules: rules(undefined) })[2], '*');
});

test('classes of Ingresses, and NetworkPolicies', () => {
  const parameters = { apiGroup: 'k8s.example.com', kind: 'Params', name: 'p' };
  const spec = { controller: 'example.com/c', parameters };
  assert.deepEqual(ingressClassCells(object({ spec }), NOW), [
    'one',
    'example.com/c',
    'Params.k8s.example.com/p',
    '5m',
  ]);
  const core = { parameters: { kind: 'ConfigMap', name: 'p' } };
  assert.deepEqual(ingressClassCells(object({ spec: core }), NOW), ['one', '', 'ConfigMap/p', '5m']);
  assert.deepEqual(ingressClassCells(object({}), NOW), ['one', '', '<none>', '5m']);
  const policy = object({ spec: { podSelector: { matchLabels: { a: '1' } } } });
  assert.deepEqual(networkPolicyCells(policy, NOW), ['one', 'a=1', '5m']);
});
