import { category } from '../step.ts';
import { configMap, deployment, eviction, pod } from './objects.ts';
import { running } from './states.ts';

const nobody = '11111111-2222-3333-4444-555555555555';

export const preconditions = category('preconditions and conflicts', {
  'an outdated update is refused': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'));
    await t.put('configmaps', 'one', { ...body, data: { a: '2' } });
    await t.put('configmaps', 'one', { ...body, data: { a: '3' } });
  },
  'an update without a version is written over': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.put('configmaps', 'one', configMap('one', { b: '2' }));
  },
  'an update with another UID': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.put('configmaps', 'one', configMap('one', {}, { uid: nobody }));
  },
  'a patch pinned to an old version': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'));
    const { resourceVersion } = body.metadata;
    await t.patch('configmaps', 'one', 'merge', { data: { b: '1' }, metadata: { resourceVersion } });
    await t.patch('configmaps', 'one', 'merge', { data: { b: '2' }, metadata: { resourceVersion } });
    await t.patch('configmaps', 'one', 'strategic', { data: { b: '2' }, metadata: { resourceVersion } });
  },
  'a patch pinned to another UID': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.patch('configmaps', 'one', 'merge', { metadata: { uid: nobody } });
  },
  'a delete pinned to another UID': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.delete('configmaps', 'one', { preconditions: { uid: nobody } });
    await t.get('configmaps', 'one');
  },
  'a delete pinned to an old version': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'));
    const { uid, resourceVersion } = body.metadata;
    await t.patch('configmaps', 'one', 'merge', { data: { b: '1' } });
    await t.delete('configmaps', 'one', { preconditions: { uid, resourceVersion } });
    const { body: now } = await t.get('configmaps', 'one');
    await t.delete('configmaps', 'one', {
      preconditions: { uid, resourceVersion: now.metadata.resourceVersion },
    });
    await t.get('configmaps', 'one');
  },
  'a delete pinned to its UID': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'));
    await t.delete('configmaps', 'one', { preconditions: { uid: body.metadata.uid } });
  },
  'a collection delete pinned to one UID': async (t) => {
    const { body } = await t.post('configmaps', configMap('a', {}, { labels: { x: 'y' } }));
    await t.post('configmaps', configMap('b', {}, { labels: { x: 'y' } }));
    await t
      .delete(
        'configmaps',
        undefined,
        { preconditions: { uid: body.metadata.uid } },
        { query: 'labelSelector=x%3Dy' },
      )
      .then(({ status, body: answer }) => t.fact('reason', [status, answer.reason]));
  },
  'an eviction pinned to another UID': async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.post('pods', eviction('one', { deleteOptions: { preconditions: { uid: nobody } } }), {
      name: 'one',
      sub: 'eviction',
    });
  },
  'creating with a version': async (t) => {
    await t.post('configmaps', configMap('one', {}, { resourceVersion: '1' }));
  },
  'creating with a UID of one’s own': async (t) => {
    const { body } = await t.post('configmaps', configMap('one', {}, { uid: nobody }));
    t.fact('kept', body.metadata.uid === nobody);
  },
  'generateName makes names; a name wins over it': async (t) => {
    const { body } = await t.post('configmaps', { ...configMap('x'), metadata: { generateName: 'part-' } });
    t.fact('name', /^part-[a-z0-9]{5}$/.test(body.metadata.name));
    await t.post('configmaps', configMap('fixed', {}, { generateName: 'part-' }));
  },
  'generation counts changes of the spec only': async (t) => {
    await t.post('deployments', deployment('web', 0, { paused: true }), { quiet: true });
    const generation = async (change: unknown) =>
      (await t.patch('deployments', 'web', 'merge', change, { quiet: true })).body.metadata.generation;
    t.fact('label', await generation({ metadata: { labels: { a: 'b' } } }));
    t.fact('spec', await generation({ spec: { minReadySeconds: 3 } }));
    t.fact('same spec', await generation({ spec: { minReadySeconds: 3 } }));
  },
});
