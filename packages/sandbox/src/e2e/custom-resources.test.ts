import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../start.ts';
import { clientRunner } from '../testing/kubectl.ts';

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crates.store.example.com}
spec:
  group: store.example.com
  scope: Namespaced
  names: {plural: crates, kind: Crate, shortNames: [cr]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.count, statusReplicasPath: .status.count}}
    additionalPrinterColumns: [{name: Fruit, type: string, jsonPath: .spec.fruit}]
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [fruit]
            properties:
              fruit: {type: string, enum: [apple, pear]}
              count: {type: integer, default: 1, minimum: 0}
          status:
            type: object
            properties: {count: {type: integer}}
`;

test('a CustomResourceDefinition is served: create, columns, defaults, faults, scale, and its end', async () => {
  const sandbox = await startSandbox();
  const clients = await clientRunner(sandbox.kubeconfig());
  const crate = (spec: string) =>
    `apiVersion: store.example.com/v1\nkind: Crate\nmetadata: {name: one, namespace: default}\nspec: ${spec}\n`;
  try {
    const kubectl = async (args: string[], input?: string) => {
      const { code, stdout, stderr } = await clients.kubectl(args, input);
      assert.equal(code, 0, `kubectl ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    await kubectl(['apply', '-f', '-'], DEFINITION);
    await kubectl(['wait', '--for=condition=established', 'crd/crates.store.example.com', '--timeout=10s']);
    const wrong = await clients.kubectl(['apply', '--validate=false', '-f', '-'], crate('{fruit: plum}'));
    assert.match(wrong.stderr, /spec\.fruit: Unsupported value: "plum": supported values: "apple", "pear"/);
    await kubectl(['apply', '-f', '-'], crate('{fruit: pear}'));
    assert.match(await kubectl(['apply', '-f', '-'], crate('{fruit: pear}')), /unchanged/);
    assert.match(await kubectl(['get', 'cr']), /^NAME +FRUIT\none +pear\n$/);
    assert.equal(
      await kubectl(['get', 'crate/one', '-o', 'jsonpath={.spec.count} {.metadata.generation}']),
      '1 1',
    );
    await kubectl(['scale', 'crate/one', '--replicas=4']);
    assert.equal(
      await kubectl(['get', 'crate/one', '-o', 'jsonpath={.spec.count} {.metadata.generation}']),
      '4 2',
    );
    await kubectl(['apply', '-f', '-'], DEFINITION.replace('[cr]', '[ct]'));
    const accepted = ['crd/crates.store.example.com', '-o', 'jsonpath={.status.acceptedNames.shortNames}'];
    assert.equal(await kubectl(['get', ...accepted]), '["ct"]');
    await kubectl(['delete', 'crd', 'crates.store.example.com', '--timeout=10s']);
    assert.match(
      (await clients.kubectl(['get', 'crates'])).stderr,
      /the server (could not find the requested resource|doesn't have a resource type)/,
    );
  } finally {
    await clients.close();
    await sandbox.close();
  }
});
