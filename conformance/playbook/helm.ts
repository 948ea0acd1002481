import { join } from 'node:path';
import { type Actor, category } from '../step.ts';
import { atRest, items } from './states.ts';

const chart = join(import.meta.dirname, '..', 'fixtures', 'chart');
const broken = join(import.meta.dirname, '..', 'fixtures', 'broken-chart');

const up = (t: Actor) => t.until('deployments', 'shop-web', atRest);

export const helm = category('helm', {
  install: async (t) => {
    await t.helm(['install', 'shop', chart]);
    await up(t);
    await t.kubectl('get deployments,services,configmaps -l app.kubernetes.io/managed-by=Helm -o name');
  },
  'install --wait': async (t) => {
    await t.helm(['install', 'shop', chart, '--wait', '--timeout', '40s']);
    await t.kubectl('get deployment shop-web -o jsonpath={.status.readyReplicas}');
  },
  'install twice is refused': async (t) => {
    await t.helm(['install', 'shop', chart]);
    await t.helm(['install', 'shop', chart]);
  },
  'list and status': async (t) => {
    await t.helm(['install', 'shop', chart]);
    await t.helm('list');
    // helm itself prints what it finds in no fixed order.
    const { exit, stdout = '' } = await t.helm('status shop', '', { quiet: true });
    const lines = stdout.split('\n').map((line) => line.split(/\s/)[0]);
    t.fact('status', [exit, lines.map((line) => line?.replace(/-web-.*/, '-web-*')).sort()]);
    await t.helm('status none');
  },
  'upgrade changes and removes': async (t) => {
    await t.helm(['install', 'shop', chart]);
    await up(t);
    await t.helm(['upgrade', 'shop', chart, '--set', 'replicas=2,extra=false']);
    await t.until('deployments', 'shop-web', (body) => body.spec.replicas === 2 && atRest(body));
    await t.kubectl('get configmaps -l app.kubernetes.io/managed-by=Helm -o name');
    await t.helm('history shop');
  },
  'upgrade --install of what is not there': async (t) => {
    await t.helm(['upgrade', '--install', 'shop', chart]);
    await t.helm(['upgrade', 'none', chart]);
  },
  rollback: async (t) => {
    await t.helm(['install', 'shop', chart]);
    await t.helm(['upgrade', 'shop', chart, '--set', 'replicas=2']);
    await t.helm('rollback shop 1');
    await t.until('deployments', 'shop-web', (body) => body.spec.replicas === 1 && atRest(body));
    await t.helm('history shop');
    await t.helm('rollback shop 9');
  },
  'uninstall takes all but what is kept': async (t) => {
    await t.helm(['install', 'shop', chart]);
    await up(t);
    await t.helm('uninstall shop');
    await t.until('pods', undefined, items(0));
    await t.kubectl('get deployments,services,configmaps -l app.kubernetes.io/managed-by=Helm -o name');
    await t.helm('list');
  },
  'uninstall --keep-history, and of none': async (t) => {
    await t.helm(['install', 'shop', chart]);
    await t.helm('uninstall shop --keep-history');
    await t.helm('history shop');
    await t.helm('uninstall none');
  },
  'get values and manifest': async (t) => {
    await t.helm(['install', 'shop', chart, '--set', 'replicas=2']);
    await t.helm('get values shop');
    await t.helm('get manifest shop');
  },
  'a chart that the server refuses': async (t) => {
    await t.helm(['install', 'bad', broken]);
    await t.helm('list');
    await t.helm('list --failed');
  },
  'install --dry-run=server': async (t) => {
    await t.helm(['install', 'shop', chart, '--dry-run=server']);
    await t.kubectl('get all');
  },
  'the release’s Secret': async (t) => {
    await t.helm(['install', 'shop', chart]);
    const { body } = await t.get('secrets', 'sh.helm.release.v1.shop.v1', { quiet: true });
    const { modifiedAt, ...labels } = body.metadata.labels;
    t.fact('Secret', [body.type, labels, Object.keys(body.data), /^\d+$/.test(modifiedAt)]);
  },
  'taking over what somebody else made is refused': async (t) => {
    await t.post(
      'configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop-settings' } },
      { quiet: true },
    );
    await t.helm(['install', 'shop', chart]);
  },
});
