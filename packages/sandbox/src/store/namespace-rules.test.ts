import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeleteOptions, KubeObject } from '@toolcrib/kube';
import { ApiError, notFound } from '../apimachinery/api-error.ts';
import { infoOf } from '../testing/infos.ts';
import { checkNamespace, deleteNamespace, isNamespace } from './namespace-rules.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');

function namespace(metadata: Partial<KubeObject['metadata']> = {}, finalizers = ['kubernetes']): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', ...metadata },
    spec: { finalizers },
    status: { phase: 'Active' },
  };
}

/** A store in which this namespace stands and no other. */
function storeWith(there: KubeObject) {
  return {
    get(type: { group: string; resource: string }, within: string | undefined, name: string) {
      assert.deepEqual([type.group, type.resource, within], ['', 'namespaces', undefined]);
      if (name !== there.metadata.name) throw notFound(type, name);
      return there;
    },
  };
}

const map = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: name },
});

test('nothing is made in a namespace that is not there', () => {
  const check = () => checkNamespace(storeWith(namespace()), infoOf('/configmaps'), map('none'));
  assert.throws(check, { message: 'namespaces "none" not found' });
  checkNamespace(storeWith(namespace()), infoOf('/configmaps'), map('shop'));
  // What has no namespace asks for none.
  checkNamespace(storeWith(namespace()), infoOf('/nodes'), { ...map('none'), kind: 'Node' });
});

test('nothing is made in a namespace that goes', () => {
  const going = storeWith(namespace({ deletionTimestamp: '2026-11-02T09:00:00Z' }));
  assert.throws(
    () => checkNamespace(going, infoOf('/configmaps'), map('shop')),
    (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.code, 403);
      assert.equal(
        error.message,
        'configmaps "one" is forbidden: unable to create new content in namespace shop because it is being terminated',
      );
      assert.deepEqual(error.status.details, {
        name: 'one',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace shop is being terminated',
            field: 'metadata.namespace',
          },
        ],
      });
      return true;
    },
  );
});

test('the namespaces that the cluster lives in are not deleted', () => {
  for (const name of ['default', 'kube-system', 'kube-public']) {
    assert.throws(() => deleteNamespace(namespace({ name }), {}, NOW), {
      message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    });
  }
  assert.equal(deleteNamespace(namespace({ name: 'kube-node-lease' }), {}, NOW)?.do, 'update');
});

test('the first delete marks it as Terminating', () => {
  const step = deleteNamespace(namespace({ uid: 'u-1' }), {}, NOW);
  assert.deepEqual(step, {
    do: 'update',
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', uid: 'u-1', deletionTimestamp: '2026-11-02T10:00:00Z' },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Terminating' },
    },
  });
});

test('a later delete waits for spec.finalizers, and then follows the common rules', () => {
  const deletionTimestamp = '2026-11-02T09:00:00Z';
  assert.deepEqual(deleteNamespace(namespace({ deletionTimestamp }), {}, NOW), { do: 'nothing' });
  assert.equal(deleteNamespace(namespace({ deletionTimestamp }, []), {}, NOW), undefined);
  const bare = { ...namespace({ deletionTimestamp }), spec: undefined };
  assert.equal(deleteNamespace(bare, {}, NOW), undefined);
});

test('propagation is kept as a finalizer, and stays where nobody says otherwise', () => {
  const after = (options: DeleteOptions, finalizers?: string[]) => {
    const step = deleteNamespace(namespace({ finalizers }), options, NOW);
    return step?.do === 'update' ? step.object.metadata.finalizers : 'not updated';
  };
  assert.equal(after({}), undefined);
  assert.deepEqual(after({ propagationPolicy: 'Orphan' }), ['orphan']);
  assert.deepEqual(after({ propagationPolicy: 'Foreground' }), ['foregroundDeletion']);
  assert.equal(after({ propagationPolicy: 'Background' }), undefined);
  assert.deepEqual(after({ orphanDependents: true }), ['orphan']);
  assert.deepEqual(after({ orphanDependents: false }), ['foregroundDeletion']);
  assert.deepEqual(after({}, ['orphan', 'a.io/b']), ['a.io/b', 'orphan']);
  assert.deepEqual(after({}, ['foregroundDeletion']), ['foregroundDeletion']);
  assert.equal(after({ propagationPolicy: 'Background' }, ['foregroundDeletion']), undefined);
  assert.equal(after({ propagationPolicy: 'Background' }, ['orphan']), undefined);
  assert.deepEqual(after({}, []), []);
});

test('Namespaces are those of the core group', () => {
  assert.equal(isNamespace(infoOf('/namespaces')), true);
  assert.equal(isNamespace(infoOf('/pods')), false);
  assert.equal(isNamespace({ ...infoOf('/namespaces'), group: 'example.com' }), false);
});
