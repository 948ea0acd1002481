import { type Actor, category } from '../step.ts';
import { configMap, pod } from './objects.ts';
import { running } from './states.ts';

async function several(t: Actor, count = 5) {
  for (let number = 1; number <= count; number++) {
    const labels = {
      number: String(number),
      kind: number % 2 ? 'odd' : 'even',
      ...(number > 3 ? { big: '' } : {}),
    };
    await t.post('configmaps', configMap(`n${number}`, { n: String(number) }, { labels }), { quiet: true });
  }
}

const label = (selector: string) => ({ query: `labelSelector=${encodeURIComponent(selector)}` });
const field = (selector: string) => ({ query: `fieldSelector=${encodeURIComponent(selector)}` });

export const selectors = category('selectors and paging', {
  'labels: equal, not equal, several': async (t) => {
    await several(t);
    for (const one of ['kind=odd', 'kind==odd', 'kind!=odd', 'kind=odd,big'])
      await t.get('configmaps', undefined, label(one));
  },
  'labels: sets and existence': async (t) => {
    await several(t);
    for (const one of ['number in (1,2)', 'number notin (1,2,3)', 'big', '!big', 'number>3']) {
      await t.get('configmaps', undefined, label(one));
    }
  },
  'labels: what can’t be parsed': async (t) => {
    for (const one of ['a in', '=x', 'a=b=c', '-bad-=x']) await t.get('configmaps', undefined, label(one));
  },
  'fields: name and namespace': async (t) => {
    await several(t);
    await t.get('configmaps', undefined, field('metadata.name=n2'));
    await t.get('configmaps', undefined, field('metadata.name!=n2,metadata.name!=kube-root-ca.crt'));
    await t.get('configmaps', undefined, {
      ...field(`metadata.namespace=${t.namespace},metadata.name=n1`),
      namespace: '',
    });
  },
  'fields: of Pods': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }), { quiet: true });
    await t.post('pods', pod('two'), { quiet: true });
    const { spec } = await t.until('pods', 'two', running);
    const names = async (selector: string) => {
      const { body } = await t.get('pods', undefined, { ...field(selector), quiet: true });
      t.fact(
        selector.replace(/node-\d/, '<node>'),
        body.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      );
    };
    await names(`spec.nodeName=${spec.nodeName}`);
    await names('spec.nodeName=');
    await names('status.phase=Pending');
    await names('status.phase!=Pending,spec.restartPolicy=Always');
    await names('spec.schedulerName=nobody');
  },
  'fields: one that is not supported': async (t) => {
    await t.get('configmaps', undefined, field('data.a=1'));
    await t.get('pods', undefined, field('spec.containers=x'));
  },
  'fields: what can’t be parsed': async (t) => {
    await t.get('configmaps', undefined, field('metadata.name'));
  },
  'paging by limit and continue': async (t) => {
    await several(t);
    const query = (more = '') => ({ query: `labelSelector=number&limit=2${more}` });
    let { body } = await t.get('configmaps', undefined, query());
    while (body.metadata.continue) {
      const next = await t.get('configmaps', undefined, {
        ...query(`&continue=${encodeURIComponent(body.metadata.continue)}`),
        quiet: true,
      });
      body = next.body;
      t.fact('page', [
        body.items.map((item: { data: unknown }) => item.data),
        body.metadata.remainingItemCount,
        Boolean(body.metadata.continue),
      ]);
    }
  },
  'remainingItemCount is told without selectors': async (t) => {
    await several(t);
    const { body } = await t.get('configmaps', undefined, { query: 'limit=2', quiet: true });
    t.fact('metadata', [Object.keys(body.metadata).sort(), body.metadata.remainingItemCount]);
  },
  'a page is of one moment': async (t) => {
    await several(t);
    const { body } = await t.get('configmaps', undefined, { query: 'labelSelector=number&limit=2' });
    await t.delete('configmaps', 'n4', undefined, { quiet: true });
    await t.post('configmaps', configMap('n3a', {}, { labels: { number: '3a' } }), { quiet: true });
    const { body: rest } = await t.get('configmaps', undefined, {
      query: `labelSelector=number&limit=10&continue=${encodeURIComponent(body.metadata.continue)}`,
      quiet: true,
    });
    t.fact(
      'rest',
      rest.items.map((item: { metadata: { name: string } }) => item.metadata.name),
    );
  },
  'a continue that is no continue': async (t) => {
    await t.get('configmaps', undefined, { query: 'limit=2&continue=nonsense' });
  },
  'lists at a version': async (t) => {
    await several(t, 2);
    const { body } = await t.get('configmaps', undefined, label('number'));
    const version = body.metadata.resourceVersion;
    await t.post('configmaps', configMap('n3', {}, { labels: { number: '3' } }), { quiet: true });
    const count = async (more: string) => {
      const seen = await t.get('configmaps', undefined, {
        query: `labelSelector=number&${more}`,
        quiet: true,
      });
      t.fact(more.replace(version, '<version>'), [seen.status, seen.body.items?.length, seen.body.reason]);
    };
    await count(`resourceVersion=${version}&resourceVersionMatch=Exact`);
    await count('resourceVersionMatch=Exact');
    await count(`resourceVersion=${version}&resourceVersionMatch=Whatever`);
    await count('resourceVersion=0&resourceVersionMatch=Exact');
  },
  'a version that is none': async (t) => {
    await t.get('configmaps', undefined, { query: 'resourceVersion=abc' });
    await t.get('configmaps', 'none', { query: 'resourceVersion=abc' });
  },
  'over all namespaces': async (t) => {
    await t.post('configmaps', configMap('one', {}, { labels: { of: t.namespace } }), { quiet: true });
    await t.get('configmaps', undefined, { ...label(`of=${t.namespace}`), namespace: '' });
  },
  'collection delete by selector': async (t) => {
    await several(t);
    await t.delete('configmaps', undefined, undefined, label('kind=odd'));
    await t.get('configmaps', undefined, label('number'));
  },
  'metadata only': async (t) => {
    await several(t, 1);
    const as = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });
    await t.get('configmaps', 'n1', as('PartialObjectMetadata'));
    await t.get('configmaps', undefined, { ...as('PartialObjectMetadataList'), ...label('number') });
  },
});
