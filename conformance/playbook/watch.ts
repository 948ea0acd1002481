import type { Body } from '../actor.ts';
import { category } from '../step.ts';
import { configMap, definition, deployment, pod } from './objects.ts';
import { isEstablished, running, started } from './states.ts';

const one = 'fieldSelector=metadata.name%3Done';

/** Types and names only, for objects that controllers write as often as they like. */
const stages = (events: Body[]) => {
  const seen = new Map<string, string[]>();
  for (const { type, object } of events) {
    const types = seen.get(object.metadata.name) ?? [];
    if (types.at(-1) !== type) types.push(type);
    seen.set(object.metadata.name, types);
  }
  return [...seen].map(([name, types]) => [name.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, '-*'), types]).sort();
};

/** Both forget what is a quarter of a minute old and more. */
const LONG_AGO = { query: 'resourceVersion=1&resourceVersionMatch=Exact' };
const gone = (_body: Body, status: number) => status === 410;

export const watch = category('watch', {
  'from a version: every change, in order': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'));
    const watching = await t.watch('configmaps', {
      query: `${one}&resourceVersion=${body.metadata.resourceVersion}`,
    });
    await t.patch('configmaps', 'one', 'merge', { data: { a: '2' } });
    await t.patch('configmaps', 'one', 'merge', { data: { a: '3' } });
    await t.delete('configmaps', 'one');
    await watching.until((events) => events.length === 3);
    await watching.close();
  },
  'without a version: what is there comes first': async (t) => {
    await t.post('configmaps', configMap('one'), { quiet: true });
    const watching = await t.watch('configmaps', { query: one });
    await watching.until((events) => events.length === 1);
    await t.patch('configmaps', 'one', 'merge', { data: { b: '2' } }, { quiet: true });
    await watching.until((events) => events.length === 2);
    await watching.close();
  },
  'a version that is long gone: 410': async (t) => {
    // The real server's memory of a kind begins when the kind does: what was before that is too old.
    const group = `${t.namespace}.example.com`;
    const name = `widgets.${group}`;
    await t.post('customresourcedefinitions', definition(group), { quiet: true });
    await t.until('customresourcedefinitions', name, isEstablished);
    const path = `/apis/${group}/v1/widgets`;
    await t.until(path, undefined, (_body, status) => status === 200);
    await t.until(path, undefined, gone, LONG_AGO);
    const watching = await t.watch(path, { query: 'resourceVersion=1&timeoutSeconds=2' });
    await watching.end();
    await t.delete('customresourcedefinitions', name, undefined, { quiet: true });
  },
  'a list at a version that is long gone: 410': async (t) => {
    await t.until('configmaps', undefined, gone, LONG_AGO);
    await t.get('configmaps', undefined, LONG_AGO);
  },
  'initial events and the bookmark that ends them': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'), { quiet: true });
    // Not older than the object: at 0 any state would do, also one before it.
    const from = `resourceVersionMatch=NotOlderThan&resourceVersion=${body.metadata.resourceVersion}`;
    const watching = await t.watch('configmaps', {
      query: `${one}&sendInitialEvents=true&allowWatchBookmarks=true&${from}`,
    });
    await watching.until((events) => events.at(-1).type === 'BOOKMARK');
    await watching.close();
  },
  'sendInitialEvents without its match is refused': async (t) => {
    await t.get('configmaps', undefined, { query: 'watch=true&sendInitialEvents=true&timeoutSeconds=1' });
  },
  'timeoutSeconds ends it': async (t) => {
    await t.post('configmaps', configMap('one'), { quiet: true });
    const watching = await t.watch('configmaps', { query: `${one}&timeoutSeconds=1` });
    await watching.end();
  },
  'an object that stops matching is DELETED for the watcher': async (t) => {
    const watching = await t.watch('configmaps', { query: 'labelSelector=a%3Db' });
    await t.post('configmaps', configMap('one', {}, { labels: { a: 'b' } }), { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { metadata: { labels: { a: 'c' } } }, { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { metadata: { labels: { a: 'b' } } }, { quiet: true });
    await watching.until((events) => events.length === 3);
    await watching.close();
  },
  'metadata only': async (t) => {
    const watching = await t.watch('configmaps', {
      query: one,
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
    await t.post('configmaps', configMap('one'), { quiet: true });
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await watching.until((events) => events.length === 2);
    await watching.close();
  },
  'as Tables': async (t) => {
    const watching = await t.watch('configmaps', {
      query: one,
      accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    });
    await t.post('configmaps', configMap('one'), { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { data: { b: '2' } }, { quiet: true });
    await watching.until((events) => events.length === 2);
    await watching.close();
  },
  'the old way: /watch/ in the path': async (t) => {
    await t.post('configmaps', configMap('one'), { quiet: true });
    const watching = await t.watch(`/api/v1/watch/namespaces/${t.namespace}/configmaps/one`, {
      query: 'timeoutSeconds=2',
    });
    await watching.until((events) => events.length === 1);
    await watching.close();
  },
  'a finalizer: MODIFIED by the delete, DELETED at its end': async (t) => {
    const { body } = await t.post('configmaps', configMap('one', {}, { finalizers: ['example.com/hold'] }), {
      quiet: true,
    });
    const watching = await t.watch('configmaps', {
      query: `${one}&resourceVersion=${body.metadata.resourceVersion}`,
    });
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { metadata: { finalizers: null } }, { quiet: true });
    await watching.until((events) => events.length === 2);
    await watching.close();
  },
  'a Pod’s life, by stages': async (t) => {
    const watching = await t.watch('pods');
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.delete('pods', 'one', undefined, { quiet: true });
    await watching.until((events) => events.at(-1).type === 'DELETED');
    await watching.close(stages);
  },
  'a Deployment’s Pods, by stages': async (t) => {
    const watching = await t.watch('pods');
    await started(t, 'deployments', deployment('web', 2));
    await t.delete('deployments', 'web', { propagationPolicy: 'Background' }, { quiet: true });
    await watching.until((events) => events.filter(({ type }) => type === 'DELETED').length === 2);
    await watching.close(stages);
  },
  'over all namespaces': async (t) => {
    const watching = await t.watch('configmaps', {
      namespace: '',
      query: `labelSelector=of%3D${t.namespace}`,
    });
    await t.post('configmaps', configMap('one', {}, { labels: { of: t.namespace } }), { quiet: true });
    await watching.until((events) => events.length === 1);
    await watching.close();
  },
  'kubectl wait sees a condition and a delete': async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.kubectl('wait pod/one --for=condition=Ready --timeout=30s');
    await t.kubectl('wait pod/one --for=jsonpath={.status.phase}=Running --timeout=30s');
    await t.kubectl('wait pod/one --for=delete --timeout=30s -v=6', undefined, {
      shown: ({ exit, stdout }) => ({ exit, stdout }),
      // Only when it watches is there something to be seen.
      once: { says: /watch=true/, act: () => t.delete('pods', 'one', undefined, { quiet: true }) },
    });
  },
});
