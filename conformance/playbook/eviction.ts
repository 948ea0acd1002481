import type { Body } from '../actor.ts';
import { type Actor, category } from '../step.ts';
import { behaviour, budget, deployment, eviction, pod, statefulSet } from './objects.ts';
import { items, running, started } from './states.ts';

const evict = (t: Actor, name: string, more = {}) =>
  t.post('pods', eviction(name, more), { name, sub: 'eviction', quiet: true });

/** What the answer says, without the random name of the Pod. */
const said = ({ status, body }: { status: number; body: Body }) => {
  const text = JSON.stringify(body).replaceAll(/web-[a-z0-9]+-[a-z0-9]{5}/g, 'web-*');
  return [status, JSON.parse(text)];
};

async function first(t: Actor): Promise<string> {
  const { items: all } = await t.until('pods', undefined, (list) => list.items.length > 0);
  return all[0].metadata.name;
}

const allowed = (count: number) => (body: Body) =>
  body.status.observedGeneration === body.metadata.generation && body.status.disruptionsAllowed === count;

export const evictions = category('eviction and PDBs', {
  'a naked Pod without budget goes': async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.post('pods', eviction('one'), { name: 'one', sub: 'eviction' });
    await t.gone('pods', 'one');
  },
  'a Pod that is not there': async (t) => {
    await t.post('pods', eviction('none'), { name: 'none', sub: 'eviction' });
  },
  'a budget that allows none: 429': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await t.post('poddisruptionbudgets', budget('web', { minAvailable: 2 }), { quiet: true });
    await t.settled('poddisruptionbudgets', 'web', allowed(0));
    t.fact('answer', said(await evict(t, await first(t))));
  },
  'a budget that allows one': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await t.post('poddisruptionbudgets', budget('web', { maxUnavailable: 1 }), { quiet: true });
    await t.settled('poddisruptionbudgets', 'web', allowed(1));
    t.fact('answer', said(await evict(t, await first(t))));
  },
  'a budget in percent, rounded up': async (t) => {
    await started(t, 'deployments', deployment('web', 3));
    await t.post('poddisruptionbudgets', budget('web', { minAvailable: '50%' }), { quiet: true });
    await t.settled('poddisruptionbudgets', 'web', allowed(1));
  },
  'a budget counted over an owner’s whole scale': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 2));
    await t.post('poddisruptionbudgets', budget('db', { maxUnavailable: '50%' }), { quiet: true });
    await t.settled('poddisruptionbudgets', 'db', allowed(1));
  },
  'a budget over nothing': async (t) => {
    await t.post('poddisruptionbudgets', budget('none', { minAvailable: 1 }), { quiet: true });
    await t.settled('poddisruptionbudgets', 'none', (body) => body.status.conditions?.length > 0);
  },
  'two budgets over one Pod': async (t) => {
    await t.post('pods', pod('one', { labels: { app: 'web' } }), { quiet: true });
    await t.until('pods', 'one', running);
    for (const name of ['a', 'b']) {
      await t.post(
        'poddisruptionbudgets',
        budget(name, { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } }),
        { quiet: true },
      );
    }
    for (const name of ['a', 'b'])
      await t.until('poddisruptionbudgets', name, (body) => body.status.observedGeneration === 1);
    await t.post('pods', eviction('one'), { name: 'one', sub: 'eviction' });
  },
  'a Pod that has finished goes past its budget': async (t) => {
    await t.post('poddisruptionbudgets', budget('web', { minAvailable: 1 }), { quiet: true });
    await t.post(
      'pods',
      pod(
        'one',
        { labels: { app: 'web' }, annotations: behaviour({ runs: 'a moment' }) },
        { restartPolicy: 'Never' },
      ),
      { quiet: true },
    );
    await t.until('pods', 'one', (body) => body.status.phase === 'Succeeded');
    await t.post('pods', eviction('one'), { name: 'one', sub: 'eviction' });
    await t.gone('pods', 'one');
  },
  'a Pod that is pending goes past its budget': async (t) => {
    await t.post('poddisruptionbudgets', budget('web', { minAvailable: 1 }), { quiet: true });
    await t.post('pods', pod('one', { labels: { app: 'web' } }, { schedulerName: 'nobody' }), {
      quiet: true,
    });
    await t.post('pods', eviction('one'), { name: 'one', sub: 'eviction' });
    await t.gone('pods', 'one');
  },
  'unhealthyPodEvictionPolicy AlwaysAllow': async (t) => {
    const labels = { app: 'web' };
    await t.post('pods', pod('one', { labels, annotations: behaviour({ ready: false }) }), { quiet: true });
    await t.until('pods', 'one', (body) => body.status.phase === 'Running');
    const of = (policy: string) => budget('web', { minAvailable: 1, unhealthyPodEvictionPolicy: policy });
    await t.post('poddisruptionbudgets', of('IfHealthyBudget'), { quiet: true });
    await t.until('poddisruptionbudgets', 'web', allowed(0));
    t.fact('IfHealthyBudget', said(await evict(t, 'one')));
    await t.patch(
      'poddisruptionbudgets',
      'web',
      'merge',
      { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
      { quiet: true },
    );
    await t.until('poddisruptionbudgets', 'web', allowed(0));
    // The registry may know the changed budget a moment later.
    let answer = said(await evict(t, 'one'));
    for (let tries = 0; answer[0] === 429 && tries < 20; tries++) {
      await new Promise((done) => setTimeout(done, 100));
      answer = said(await evict(t, 'one'));
    }
    t.fact('AlwaysAllow', answer);
  },
  'a delete minds no budget': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.post('poddisruptionbudgets', budget('web', { minAvailable: 1 }), { quiet: true });
    await t.until('poddisruptionbudgets', 'web', allowed(0));
    t.fact('status', (await t.delete('pods', await first(t), undefined, { quiet: true })).status);
  },
  'another name in path and body': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }), { quiet: true });
    await t.post('pods', eviction('two'), { name: 'one', sub: 'eviction' });
  },
  'kubectl drain is refused, then goes': {
    alone: true,
    run: async (t) => {
      const app = t.unique('app');
      await started(t, 'deployments', deployment(app, 1));
      const name = await first(t);
      const { body } = await t.get('pods', name, { quiet: true });
      const { nodeName } = body.spec;
      await t.post('poddisruptionbudgets', budget(app, { minAvailable: 1 }), { quiet: true });
      await t.until('poddisruptionbudgets', app, allowed(0));
      const drain = (timeout: string) =>
        t.kubectl(['drain', nodeName, `--pod-selector=app=${app}`, `--timeout=${timeout}`], '', {
          quiet: true,
        });
      const refused = await drain('3s');
      const why = /Cannot evict pod as it would violate the pod's disruption budget/;
      t.fact('refused', [refused.exit, why.test(refused.stderr ?? '')]);
      await t.delete('poddisruptionbudgets', app, undefined, { quiet: true });
      const gone = await drain('30s');
      const lines = gone.stdout?.replaceAll(/app-[a-z0-9-]+/g, 'app-*').replaceAll(/node-\d/g, '<node>');
      t.fact('drained', [gone.exit, lines]);
      await t.kubectl(['uncordon', nodeName], '', { quiet: true });
      await t.until('pods', undefined, items(1));
    },
  },
});
