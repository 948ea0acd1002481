import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

/** A Namespace with volumes: their data is kept first, then it goes, and comes back with the same data. */
export function namespaceKeptContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 60 });
  });
  after(() => stage?.close());

  const claimIn = async (namespace: string, name: string) => {
    const path = paths.claims(namespace);
    await put(stage.target, path, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const claim = await until('bound', async () => {
      const now = await seen(stage.target, `${path}/${name}`);
      return now?.status?.phase === 'Bound' && now;
    });
    return `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
  };
  const policyAt = async (path: string) =>
    (await seen(stage.target, path))?.spec?.persistentVolumeReclaimPolicy;
  const heldNamespace = (name: string) =>
    until('held', async () =>
      (await stage.guard.api.holds()).find(
        ({ effect, state }) => state === 'open' && 'target' in effect && effect.target?.name === name,
      ),
    );
  const create = async () => {
    const name = `kept-${Math.random().toString(36).slice(2, 8)}`;
    await put(stage.target, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
    return name;
  };

  test('softened: its volumes on Retain, then it goes; the undo binds its claims to the same volumes', async () => {
    const namespace = await create();
    const volumes = [await claimIn(namespace, 'one'), await claimIn(namespace, 'two')];
    const uids = await Promise.all(
      volumes.map(async (path) => (await seen(stage.target, path))?.metadata.uid),
    );
    const kubectl = stage.kubectl('enforce', 'delete', 'namespace', namespace);
    const hold = await heldNamespace(namespace);
    assert.deepEqual(hold.decision.softening, { possible: true, how: 'retain-first' });
    assert.deepEqual(await Promise.all(volumes.map(policyAt)), ['Delete', 'Delete']);
    await stage.approve(hold, 'softened');
    const said = await kubectl.done;
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, /set to Retain|to Retain first/);
    assert.equal(await seen(stage.target, `/api/v1/namespaces/${namespace}`), undefined);
    assert.deepEqual(await Promise.all(volumes.map(policyAt)), ['Retain', 'Retain']);
    const undone = await stage.home.cli('undo', hold.actId);
    assert.equal(undone.code, 0, undone.stdout + undone.stderr);
    for (const [at, name] of ['one', 'two'].entries()) {
      const claim = await seen(stage.target, `${paths.claims(namespace)}/${name}`);
      assert.equal(claim?.status?.phase, 'Bound');
      assert.equal(`/api/v1/persistentvolumes/${claim?.spec?.volumeName}`, volumes[at]);
    }
    const now = await Promise.all(
      volumes.map(async (path) => (await seen(stage.target, path))?.metadata.uid),
    );
    assert.deepEqual(now, uids);
    assert.deepEqual(await Promise.all(volumes.map(policyAt)), ['Delete', 'Delete']);
    await stage.target.https('DELETE', `/api/v1/namespaces/${namespace}`);
  });

  test('without a volume whose data would be lost it goes only as it was sent, and says why', async () => {
    const namespace = await create();
    const volume = await claimIn(namespace, 'one');
    await stage.target.https('PATCH', volume, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    const rule = { name: 'all', when: 'effect.resource == "namespaces"', then: 'hold' };
    stage.home.policy({ waitSeconds: 0, rules: [rule] });
    const said = await stage.run('enforce', ['delete', 'namespace', namespace]);
    assert.equal(said.code, 1);
    const hold = await heldNamespace(namespace);
    const { softening } = hold.decision;
    assert.match(softening?.possible === false ? softening.why : '', /no volume whose data would be lost/);
    await stage.target.https('DELETE', `/api/v1/namespaces/${namespace}`);
  });
}
