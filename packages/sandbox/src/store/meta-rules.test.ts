import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import {
  forbiddenField,
  invalidValue,
  required,
  SAY_LABEL,
  SAY_QUALIFIED,
  unsupported,
  validateMeta,
  validateMetaUpdate,
  validateReferences,
} from './meta-rules.ts';

function object(metadata: Partial<KubeObject['metadata']>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', ...metadata } };
}

/** `field: body` of each fault, shortened to the part before the rule's own words. */
function faultsOf(metadata: Partial<KubeObject['metadata']>, key = '/configmaps'): string[] {
  return validateMeta(object(metadata), infoOf(key)).map(({ field, body }) => `${field}: ${body}`);
}

const SUBDOMAIN = 'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters';

test('faults have the types and the words of the API', () => {
  assert.deepEqual(invalidValue('spec.a', ['x'], 'no'), {
    type: 'FieldValueInvalid',
    field: 'spec.a',
    body: 'Invalid value: ["x"]: no',
  });
  assert.deepEqual(required('spec.a'), {
    type: 'FieldValueRequired',
    field: 'spec.a',
    body: 'Required value',
  });
  assert.equal(required('spec.a', 'say it').body, 'Required value: say it');
  assert.deepEqual(unsupported('spec.a', 'c', ['a', 'b']), {
    type: 'FieldValueNotSupported',
    field: 'spec.a',
    body: 'Unsupported value: "c": supported values: "a", "b"',
  });
  assert.deepEqual(forbiddenField('spec.a', 'no'), {
    type: 'FieldValueForbidden',
    field: 'spec.a',
    body: 'Forbidden: no',
  });
  assert.match(SAY_LABEL, /^a lowercase RFC 1123 label must consist of/);
  assert.match(SAY_QUALIFIED, /^name part must consist of alphanumeric characters/);
});

test('a name is required', () => {
  assert.deepEqual(faultsOf({ name: '' }), [
    'metadata.name: Required value: name or generateName is required',
  ]);
  assert.deepEqual(faultsOf({ name: '', generateName: 'a-' }), ['metadata.name: Required value']);
});

test('most names are DNS subdomains of at most 253 characters', () => {
  for (const name of ['a', '0', 'a-b', 'a.b-c.d1', 'x'.repeat(253)]) assert.deepEqual(faultsOf({ name }), []);
  for (const name of ['A', '-a', 'a-', 'a..b', '.a', 'a.', 'a_b', 'a/b', 'a b']) {
    const [first, ...more] = faultsOf({ name });
    assert.deepEqual(more, [], name);
    assert.ok(first?.startsWith(`metadata.name: Invalid value: "${name}": ${SUBDOMAIN}`), name);
  }
  const long = 'x'.repeat(254);
  assert.deepEqual(faultsOf({ name: long }), [
    `metadata.name: Invalid value: "${long}": must be no more than 253 characters`,
  ]);
});

test('Namespaces are DNS labels and Services begin with a letter, both at most 63 characters', () => {
  assert.deepEqual(faultsOf({ name: '0-a' }, '/namespaces'), []);
  assert.match(faultsOf({ name: 'a.b' }, '/namespaces')[0] ?? '', /a lowercase RFC 1123 label must/);
  assert.deepEqual(faultsOf({ name: 'a-0' }, '/services'), []);
  assert.match(faultsOf({ name: '0-a' }, '/services')[0] ?? '', /a DNS-1035 label must consist/);
  for (const key of ['/namespaces', '/services']) {
    assert.deepEqual(faultsOf({ name: 'x'.repeat(63) }, key), []);
    assert.match(faultsOf({ name: 'x'.repeat(64) }, key)[0] ?? '', /must be no more than 63 characters$/);
  }
});

test('RBAC objects may have any name that fits a path', () => {
  for (const key of ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']) {
    const type = `rbac.authorization.k8s.io/${key}`;
    assert.deepEqual(faultsOf({ name: 'system:Node_x' }, type), []);
    for (const name of ['a/b', 'a%b', '.', '..']) {
      assert.deepEqual(faultsOf({ name }, type), [
        `metadata.name: Invalid value: "${name}": may not contain '/'`,
      ]);
    }
    assert.deepEqual(faultsOf({ name: '...' }, type), []);
  }
});

test('the keys of labels and annotations are qualified names; annotations may have capitals in the prefix', () => {
  for (const key of ['a', 'A_b.c-d', 'example.com/a', '0', 'a'.repeat(63)]) {
    assert.deepEqual(faultsOf({ labels: { [key]: '' }, annotations: { [key]: '' } }), [], key);
  }
  for (const key of ['-a', 'a-', 'a/b/c', 'a b', '/a', 'Example.com/-a']) {
    const said = `Invalid value: "${key}": name part must consist of`;
    assert.ok(faultsOf({ labels: { [key]: '' } })[0]?.startsWith(`metadata.labels: ${said}`), key);
    assert.ok(faultsOf({ annotations: { [key]: '' } })[0]?.startsWith(`metadata.annotations: ${said}`), key);
  }
  assert.deepEqual(faultsOf({ annotations: { 'Example.com/a': '' } }), []);
  assert.equal(faultsOf({ labels: { 'Example.com/a': '' } }).length, 1);
});

test('the values of labels are short and plain, those of annotations anything', () => {
  for (const value of ['', 'a', 'A_b.c-1', 'v'.repeat(63)])
    assert.deepEqual(faultsOf({ labels: { a: value } }), []);
  for (const value of ['-a', 'a-', 'a b', 'a/b']) {
    assert.match(faultsOf({ labels: { a: value } })[0] ?? '', /a valid label must be an empty string or/);
  }
  const long = 'v'.repeat(64);
  assert.deepEqual(faultsOf({ labels: { a: long } }), [
    `metadata.labels: Invalid value: "${long}": must be no more than 63 bytes`,
  ]);
  assert.deepEqual(faultsOf({ annotations: { a: `${long} /-` } }), []);
});

const OWNER = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u-1' };

function references(metadata: Partial<KubeObject['metadata']>): string[] {
  return validateReferences(object(metadata)).map(({ field, body }) => `${field}: ${body}`);
}

test('an owner reference is whole, and one owner at most is the controller', () => {
  assert.deepEqual(references({ ownerReferences: [OWNER, { ...OWNER, uid: 'u-2', controller: true }] }), []);
  assert.deepEqual(references({ ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] }), [
    'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
    'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
    'metadata.ownerReferences.name: Invalid value: "": must not be empty',
    'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
  ]);
  const two = [
    { ...OWNER, controller: true },
    { ...OWNER, name: 'other', uid: 'u-2', controller: true },
  ];
  assert.match(
    references({ ownerReferences: two })[0] ?? '',
    /^metadata\.ownerReferences: Invalid value: .*Only one reference can have Controller set to true\. Found "true" in references for Deployment\/web and Deployment\/other$/,
  );
});

test('a finalizer is a standard one or has a prefix', () => {
  const fine = ['orphan', 'kubernetes', 'example.com/a', 'a/B.c_d-1'];
  assert.deepEqual(references({ finalizers: fine }), []);
  assert.deepEqual(references({ finalizers: ['foregroundDeletion'] }), []);
  assert.deepEqual(references({ finalizers: ['orphan', 'mine'] }), [
    'metadata.finalizers[1]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ]);
  assert.match(references({ finalizers: ['A_b/c'] })[0] ?? '', /"A_b\/c": prefix part a lowercase RFC 1123/);
  assert.match(references({ finalizers: ['a/-c'] })[0] ?? '', /"a\/-c": name part must consist of/);
  assert.equal(references({ finalizers: ['a/b/c'] }).length, 1);
  assert.deepEqual(references({ finalizers: ['orphan', 'foregroundDeletion'] }), [
    'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
  ]);
});

test('an object in deletion takes no new finalizer', () => {
  const old = object({ deletionTimestamp: '2026-11-02T10:00:00Z', finalizers: ['a.io/x', 'a.io/y'] });
  assert.deepEqual(validateMetaUpdate(object({ finalizers: ['a.io/y'] }), old), []);
  assert.deepEqual(validateMetaUpdate(object({}), old), []);
  assert.deepEqual(validateMetaUpdate(object({ finalizers: ['a.io/z'] }), object({})), []);
  const fault = {
    type: 'FieldValueForbidden',
    field: 'metadata.finalizers',
    body: 'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.io/z", "a.io/w"}',
  };
  assert.deepEqual(validateMetaUpdate(object({ finalizers: ['a.io/x', 'a.io/z', 'a.io/w'] }), old), [
    fault,
    fault,
  ]);
});
