import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deletes, job, map, opened, uninstall } from './testing/stopped.ts';

describe('its hooks', () => {
  test('are watched from when it was stopped', () => {
    const { stop, hooks } = opened();
    stop(uninstall(['a'], [job]));
    assert.deepEqual(hooks.keys(), [JSON.stringify(['prod', 'batch', 'jobs', 'shop'])]);
    stop(deletes(map('a')));
    assert.equal(hooks.keys().length, 1, 'a write that begins none');
    stop(uninstall(['a']));
    const pods = JSON.stringify(['prod', '', 'pods', 'shop']);
    assert.ok(hooks.keys().includes(pods), 'where nobody knows them: Jobs and Pods');
  });

  test('by group, resource, namespace and name; without a name it may be any', () => {
    const { stop, hook } = opened();
    stop(uninstall(['a'], [job]));
    const said = 'its uninstall was refused: a rule said no';
    assert.equal(hook(job), said);
    assert.equal(hook({ ...job, name: undefined }), said);
    for (const made of [
      { group: '' },
      { resource: 'pods' },
      { namespace: 'elsewhere' },
      { name: 'web-test' },
    ])
      assert.equal(hook({ ...job, ...made }), undefined);
    stop(uninstall(['a'], [{ ...job, name: undefined }]));
    assert.equal(hook({ ...job, name: 'web-test' }), said);
  });

  test('where nobody knows them: any Job and any Pod of its namespace', () => {
    const { stop, hook } = opened();
    stop(uninstall(['a']));
    for (const at of [job, { ...job, group: '', resource: 'pods' }])
      assert.match(hook(at) ?? '', /a rule said no/);
    assert.equal(hook({ ...job, namespace: 'elsewhere' }), undefined);
    assert.equal(hook({ ...job, resource: 'cronjobs' }), undefined);
  });

  test('as long as its steps are, and no longer', async () => {
    const { stop, hook, pass } = opened();
    stop(uninstall(['a'], [job]));
    await pass(30_000);
    assert.ok(hook(job));
    await pass(1);
    assert.equal(hook(job), undefined);
  });

  test('held with it; refused once somebody said no', async () => {
    const { stop, place, hook, desk } = opened();
    await place();
    stop(uninstall(['a'], [job]), { code: 'K7QM' });
    assert.equal(hook(job), 'K7QM');
    await desk.answer('K7QM', { as: 'denied', by: 'ben' }, 60_000);
    assert.equal(hook(job), 'ben said no to its uninstall (K7QM)');
  });
});
