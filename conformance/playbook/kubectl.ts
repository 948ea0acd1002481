import { type Actor, category } from '../step.ts';
import {
  behaviour,
  claimTemplate,
  configMap,
  cronJob,
  deployment,
  job,
  pod,
  service,
  statefulSet,
} from './objects.ts';
import { atRest, items, lastLine, running, started } from './states.ts';

const shop = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [configMap('settings'), service('web'), deployment('web', 2)],
});

const up = (t: Actor) => t.until('deployments', 'web', atRest);

/** Which kind or field it is, of which type, with which values, and which fields it has. */
const namesAndTypes = (text: string) => [
  ...text.split('\n').filter((line) => /^[A-Z]+: +\S|^ {2}\S+\t<|^ {2}enum: /.test(line)),
  ...(text.match(/^ENUM:\n( {4}\S+\n)+/m) ?? []),
];

export const kubectl = category('kubectl', {
  'apply, twice, and changed': async (t) => {
    await t.kubectl('apply -f -', shop);
    await t.kubectl('apply -f -', shop);
    await t.kubectl('apply -f -', shop.replace('"replicas":2', '"replicas":1'));
    await up(t);
    await t.kubectl('delete -f - --ignore-not-found', shop);
  },
  'apply --prune': async (t) => {
    const labelled = (name: string) => configMap(name, {}, { labels: { app: 'x' } });
    const list = (...all: unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all });
    await t.kubectl(
      'apply -f - --prune -l app=x --prune-allowlist=core/v1/ConfigMap',
      list(labelled('a'), labelled('b')),
    );
    await t.kubectl('apply -f - --prune -l app=x --prune-allowlist=core/v1/ConfigMap', list(labelled('a')));
    await t.kubectl('get configmaps -l app=x -o name');
  },
  'get: in tables, wide, by name, by path': async (t) => {
    await t.kubectl('apply -f -', shop);
    await up(t);
    await t.until('pods', undefined, items(2));
    for (const how of ['', ' -o wide', ' -o name', ' --show-labels'])
      await t.kubectl(`get deployments,replicasets,pods,services${how}`);
    await t.kubectl('get deployment web -o jsonpath={.spec.replicas}{"/"}{.status.readyReplicas}');
    await t.kubectl(
      'get deployment web -o custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.containers[*].image',
    );
  },
  'get -o yaml of a workload at rest': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.kubectl('get deployment web -o yaml');
  },
  'get what is not there': async (t) => {
    await t.kubectl('get pods');
    await t.kubectl('get pod none');
    await t.kubectl('get nothings');
    await t.kubectl('get pods -l nothing=here -o json');
  },
  'get all': async (t) => {
    await t.kubectl('apply -f -', shop);
    await up(t);
    await t.until('pods', undefined, items(2));
    await t.kubectl('get all');
  },
  'describe a Deployment and its Pod': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    const {
      items: [one],
    } = await t.until('pods', undefined, items(1));
    await t.kubectl('describe deployment web --show-events=false');
    await t.kubectl(['describe', 'pod', one.metadata.name, '--show-events=false']);
  },
  'describe a StatefulSet, a claim and a Service': async (t) => {
    await t.post('services', service('db'), { quiet: true });
    await started(t, 'statefulsets', statefulSet('db', 1, { volumeClaimTemplates: [claimTemplate()] }));
    await t.until('endpointslices', undefined, (list) => list.items[0].endpoints[0].conditions.ready);
    await t.kubectl('describe statefulset db --show-events=false');
    await t.kubectl('describe pvc data-db-0 --show-events=false');
    await t.kubectl('describe service db --show-events=false');
  },
  'create by its own words': async (t) => {
    await t.kubectl('create configmap one --from-literal=a=1');
    await t.kubectl('create secret generic one --from-literal=a=1');
    await t.kubectl('create deployment web --image=nginx --replicas=1');
    await t.kubectl('create job one --image=busybox');
    await t.kubectl(
      'create cronjob tick --image=busybox --schedule=0_3_*_*_*'
        .replaceAll('_', ' ')
        .split(/ (?=create|cronjob|tick|--)/),
    );
    await t.kubectl('create serviceaccount me');
    await t.kubectl('create role reader --verb=get --resource=pods');
    await t.kubectl('create rolebinding reader --role=reader --serviceaccount=default:me');
    await t.kubectl('create quota small --hard=pods=10');
    await t.kubectl('create configmap one --from-literal=a=1');
  },
  'run, expose, autoscale': async (t) => {
    await t.kubectl('run one --image=nginx --labels=app=one --port=80');
    await t.kubectl('expose pod one --port=80');
    await t.post('deployments', deployment('web', 1), { quiet: true });
    await t.kubectl('autoscale deployment web --min=1 --max=3 --cpu=50%');
    await t.kubectl('get hpa web -o jsonpath={.spec}');
  },
  'label and annotate': async (t) => {
    await t.post('configmaps', configMap('one'), { quiet: true });
    await t.kubectl('label configmap one a=b');
    await t.kubectl('label configmap one a=c');
    await t.kubectl('label configmap one a=c --overwrite');
    await t.kubectl('label configmap one a-');
    await t.kubectl('annotate configmap one note=hello');
    await t.kubectl('label configmap one bad=!');
  },
  'set image, env and resources': async (t) => {
    await t.post('deployments', deployment('web', 0), { quiet: true });
    await t.kubectl('set image deployment/web main=other:1');
    await t.kubectl('set env deployment/web A=1');
    await t.kubectl('set resources deployment/web --limits=cpu=1');
    await t.kubectl('set image deployment/web none=other:1');
    await t.kubectl('get deployment web -o jsonpath={.spec.template.spec.containers}');
  },
  'scale, and with a wrong current size': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.kubectl('scale deployment web --replicas=2');
    await t.kubectl('scale deployment web --current-replicas=7 --replicas=3');
    await t.kubectl('scale deployment none --replicas=3');
  },
  'rollout restart and status': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.kubectl('rollout restart deployment/web');
    t.fact('last line', await lastLine(t, 'rollout status deployment/web --timeout=30s'));
  },
  'delete: with and without waiting, by label, all': async (t) => {
    for (const name of ['a', 'b', 'c', 'd'])
      await t.post('configmaps', configMap(name, {}, { labels: { app: 'x' } }), { quiet: true });
    await t.kubectl('delete configmap a');
    await t.kubectl('delete configmap b --wait=false');
    await t.kubectl('delete configmaps -l app=x');
    await t.kubectl('delete configmap none');
    await t.kubectl('delete configmap none --ignore-not-found');
    await t.kubectl('delete deployments --all');
  },
  'delete --cascade in its three ways': async (t) => {
    for (const how of ['background', 'foreground', 'orphan']) {
      await started(t, 'deployments', deployment('web', 1));
      await t.kubectl(`delete deployment web --cascade=${how}`);
    }
    await t.until('pods', undefined, items(1));
  },
  'delete a Pod with a grace period, and by force': async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.kubectl('delete pod one --grace-period=1');
    await t.post('pods', pod('two'), { quiet: true });
    await t.until('pods', 'two', running);
    await t.kubectl('delete pod two --force');
  },
  'replace, and --force': async (t) => {
    await t.kubectl('create configmap one --from-literal=a=1');
    await t.kubectl('replace -f -', JSON.stringify(configMap('one', { a: '2' })));
    await t.kubectl('replace -f -', JSON.stringify(configMap('none')));
    await t.kubectl('replace --force -f -', JSON.stringify(configMap('one', { a: '3' })));
  },
  'patch in three ways': async (t) => {
    await started(t, 'deployments', deployment('web', 0));
    await t.kubectl(['patch', 'deployment', 'web', '-p', '{"spec":{"minReadySeconds":1}}']);
    // "no change" is told by the resource version, which the controller's answer changes too.
    await up(t);
    await t.kubectl(['patch', 'deployment', 'web', '--type=merge', '-p', '{"spec":{"minReadySeconds":1}}']);
    const wrong = '[{"op":"replace","path":"/spec/minReadySeconds","value":"x"}]';
    const refused = await t.kubectl(['patch', 'deployment', 'web', '--type=json', '-p', wrong], '', {
      quiet: true,
    });
    // The answer quotes the whole object, as it was at that moment.
    t.fact('a wrong type', [refused.exit, refused.stderr?.replace(/"\{.*\}"/s, '…')]);
    await t.kubectl([
      'patch',
      'deployment',
      'web',
      '--subresource=scale',
      '--type=merge',
      '-p',
      '{"spec":{"replicas":1}}',
    ]);
  },
  diff: async (t) => {
    await t.kubectl('apply -f -', shop);
    await up(t);
    const seen = await t.kubectl('diff -f -', shop.replace('"a":"1"', '"a":"2"'), { quiet: true });
    t.fact('changed lines', [seen.exit, seen.stdout?.split('\n').filter((line) => /^[+-] /.test(line))]);
    const same = await t.kubectl('diff -f -', shop, { quiet: true });
    t.fact('the same', [same.exit, same.stdout]);
  },
  explain: async (t) => {
    for (const field of [
      'deployment.spec.strategy.type',
      'pod.spec.restartPolicy',
      'configmap',
      'service.spec',
      'pod.spec.containers',
    ]) {
      const { exit, stderr, stdout = '' } = await t.kubectl(`explain ${field}`, undefined, { quiet: true });
      t.fact(`explain ${field}: names, types and values`, [exit, stderr, namesAndTypes(stdout)]);
    }
    await t.kubectl('explain deployment.spec.strategy.type');
    await t.kubectl('explain none');
  },
  'auth can-i and whoami': async (t) => {
    await t.kubectl('auth can-i delete pods');
    await t.kubectl('auth can-i get pods --as=system:serviceaccount:default:nobody');
    await t.kubectl('auth whoami -o jsonpath={.status.userInfo.username}');
  },
  'api-resources and api-versions': async (t) => {
    await t.kubectl('api-resources --api-group=apps');
    await t.kubectl('api-resources --api-group=batch -o wide');
  },
  'wrong input': async (t) => {
    await t.kubectl('apply -f -', 'kind: Nothing\napiVersion: v1\nmetadata:\n  name: x\n');
    await t.kubectl('apply -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndatta: {}\n');
    await t.kubectl(
      'create -f -',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\nspec:\n  replicas: two\n',
    );
  },
  'cordon and uncordon': {
    alone: true,
    run: async (t) => {
      await t.kubectl('cordon node-2');
      await t.kubectl('cordon node-2');
      await t.kubectl(
        'get nodes -o custom-columns=NAME:.metadata.name,OFF:.spec.unschedulable,TAINTS:.spec.taints[*].key',
      );
      await t.kubectl('uncordon node-2');
      await t.kubectl('taint nodes node-2 a=b:NoSchedule');
      await t.kubectl('taint nodes node-2 a=b:NoSchedule-');
    },
  },
  'Jobs: wait and describe': async (t) => {
    await t.post('jobs', job('one', {}, behaviour({ runs: 'a moment' })), { quiet: true });
    await t.kubectl('wait job/one --for=condition=Complete --timeout=30s');
    await t.kubectl('get job one');
    await t.kubectl('describe job one --show-events=false');
    await t.post('cronjobs', cronJob('tick'), { quiet: true });
    await t.kubectl('describe cronjob tick --show-events=false');
  },
});
