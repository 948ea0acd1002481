import { category } from '../step.ts';
import { configMap, deployment, pod } from './objects.ts';
import { running } from './states.ts';

const hold = { finalizers: ['example.com/hold'] };

export const finalizers = category('finalizers', {
  'hold an object in Terminating': async (t) => {
    await t.post('configmaps', configMap('one', {}, hold));
    await t.delete('configmaps', 'one');
    await t.get('configmaps', 'one');
    await t.patch('configmaps', 'one', 'merge', { metadata: { finalizers: null } });
    await t.get('configmaps', 'one');
  },
  'a second delete changes nothing': async (t) => {
    await t.post('configmaps', configMap('one', {}, hold), { quiet: true });
    const { body: first } = await t.delete('configmaps', 'one');
    const { body: second } = await t.delete('configmaps', 'one');
    t.fact('written', first.metadata?.resourceVersion !== second.metadata?.resourceVersion);
  },
  'none can be added to what is going': async (t) => {
    await t.post('configmaps', configMap('one', {}, hold), { quiet: true });
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await t.patch('configmaps', 'one', 'merge', {
      metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
    });
    await t.patch('configmaps', 'one', 'merge', { metadata: { finalizers: ['example.com/other'] } });
  },
  'what is going may still be changed': async (t) => {
    await t.post('configmaps', configMap('one', {}, hold), { quiet: true });
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { data: { late: 'yes' } });
  },
  'the last one of two': async (t) => {
    await t.post('configmaps', configMap('one', {}, { finalizers: ['example.com/a', 'example.com/b'] }), {
      quiet: true,
    });
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await t.patch('configmaps', 'one', 'json', [{ op: 'remove', path: '/metadata/finalizers/0' }]);
    await t.patch('configmaps', 'one', 'json', [{ op: 'remove', path: '/metadata/finalizers/0' }]);
    await t.get('configmaps', 'one');
  },
  'a name without a slash is refused': async (t) => {
    await t.post('configmaps', configMap('one', {}, { finalizers: ['hold'] }));
    await t.post('configmaps', configMap('two', {}, { finalizers: ['not a name/x y'] }));
  },
  'taken off without a delete: nothing happens': async (t) => {
    await t.post('configmaps', configMap('one', {}, hold), { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { metadata: { finalizers: [] } });
    await t.get('configmaps', 'one');
  },
  'on a Pod: it stops, but stays': async (t) => {
    await t.post('pods', pod('one', hold), { quiet: true });
    await t.until('pods', 'one', running);
    await t.delete('pods', 'one', undefined, { quiet: true });
    const body = await t.until('pods', 'one', (now) => ['Succeeded', 'Failed'].includes(now.status.phase));
    t.fact('phase', body.status.phase);
    t.fact(
      'reasons',
      body.status.containerStatuses.map(
        (one: { state: { terminated: { reason: string; exitCode: number } } }) => [
          one.state.terminated.reason,
          one.state.terminated.exitCode,
        ],
      ),
    );
    t.fact(
      'conditions',
      body.status.conditions
        .map((one: { type: string; status: string; reason?: string }) => [one.type, one.status, one.reason])
        .sort(),
    );
    await t.patch('pods', 'one', 'merge', { metadata: { finalizers: null } }, { quiet: true });
    await t.gone('pods', 'one');
  },
  'orphan and foregroundDeletion are the server’s own words': async (t) => {
    await t.post('configmaps', configMap('one', {}, { finalizers: ['orphan'] }));
    await t.post('configmaps', configMap('two', {}, { finalizers: ['foregroundDeletion'] }));
    await t.delete('configmaps', 'two');
    await t.gone('configmaps', 'two');
    await t.post('configmaps', configMap('three', {}, { finalizers: ['orphan', 'foregroundDeletion'] }));
  },
  'a delete adds foregroundDeletion behind what is there': async (t) => {
    await t.post(
      'deployments',
      { ...deployment('web', 0), metadata: { name: 'web', ...hold } },
      { quiet: true },
    );
    await t
      .delete('deployments', 'web', { propagationPolicy: 'Foreground' }, { quiet: true })
      .then(({ body }) => t.fact('finalizers', body.metadata.finalizers));
    await t.until('deployments', 'web', (body) => body.metadata.finalizers.length === 1);
    await t.patch('deployments', 'web', 'merge', { metadata: { finalizers: null } }, { quiet: true });
    await t.gone('deployments', 'web');
  },
  'kubectl waits for them': async (t) => {
    await t.post('configmaps', configMap('one', {}, hold), { quiet: true });
    // What its watch logs when its time is over is a matter of luck.
    const waited = await t.kubectl('delete configmap one --timeout=2s', '', { quiet: true });
    t.fact('waited in vain', [waited.exit, waited.stdout, waited.stderr?.trim().split('\n').at(-1)]);
    await t.kubectl([
      'patch',
      'configmap',
      'one',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/finalizers"}]',
    ]);
    await t.kubectl('get configmap one');
  },
});
