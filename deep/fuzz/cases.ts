import type { Random } from '../../packages/guard/src/testing/random.ts';
import { jsonOf } from './json.ts';
import { patched } from './patches.ts';
import { many } from './query.ts';
import type { Sample, Sent } from './referee.ts';
import { bodyOf, type Changes, request } from './sending.ts';
import { yamlOf } from './yaml.ts';

export interface Case {
  sent: Sent;
  /** The replicas that stand there. */
  live: number;
  /** How often something about it was changed; 0: what an ordinary client sends. */
  changed: number;
  /** Its body gives the object an owner that is not there: the garbage collector would delete it. */
  disowns?: boolean;
}

const LIVE = [1, 3, 5, 10];
const DELETABLE = [
  '/api/v1/namespaces/shop/pods',
  '/api/v1/namespaces/shop/configmaps',
  '/api/v1/namespaces/shop/persistentvolumeclaims',
  '/api/v1/namespaces/shop/replicationcontrollers',
  '/api/v1/nodes',
  '/api/v1/persistentvolumes',
  '/apis/apps/v1/namespaces/shop/deployments',
  '/apis/apps/v1/namespaces/shop/statefulsets',
  '/apis/batch/v1/namespaces/shop/jobs',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/policy/v1/namespaces/shop/poddisruptionbudgets',
];
const CUSTOM = ['stable.example.com', 'scaling.x-k8s.io'];

type Object = Record<string, unknown>;

/** One request: of a real body of the API's types, written in one of its formats, and then changed or not. */
export function caseOf(random: Random, samples: Samples): Case {
  const changed = random.chance(0.15) ? 0 : 1 + random.below(3);
  const live = random.pick(LIVE);
  if (random.chance(0.05)) {
    // What a reader may not read at all is what such a write hides behind.
    const long = changed > 0 && random.chance(0.2);
    return { sent: disown(random, changed, long), live, changed, disowns: true };
  }
  const make = random.pick(FAMILIES);
  return { sent: make(random, samples, split(random, changed)), live, changed };
}

function split(random: Random, changed: number): Changes {
  const changes: Changes = { body: 0, query: 0, head: 0 };
  for (let i = 0; i < changed; i++)
    changes[random.pick(['body', 'body', 'body', 'body', 'query', 'query', 'head'] as const)]++;
  return changes;
}

/** The samples by what they are for. */
export class Samples {
  readonly scalable: Sample[];
  readonly scales: Sample[];
  readonly evictions: Sample[];
  readonly options: Sample[];

  readonly all: Sample[];

  constructor(all: Sample[]) {
    this.all = all;
    const kind = (name: string) => all.filter((sample) => sample.kind === name);
    this.scales = kind('Scale');
    this.evictions = kind('Eviction');
    this.options = kind('DeleteOptions');
    const others = new Set([...this.scales, ...this.evictions, ...this.options]);
    this.scalable = all.filter((sample) => !others.has(sample));
  }
}

type Family = (random: Random, samples: Samples, changes: Changes) => Sent;

/** In the share that each has. */
const FAMILIES: Family[] = [
  put,
  put,
  put,
  putScale,
  putScale,
  patch,
  patch,
  patch,
  patch,
  custom,
  custom,
  remove,
  remove,
  remove,
  evict,
];

/** The version that is served; another one in the body is the server's to refuse or convert. */
function pathOf({ group, version, resource }: Sample): string {
  return group === ''
    ? `/api/${version}/namespaces/shop/${resource}/web`
    : `/apis/${group}/${version}/namespaces/shop/${resource}/web`;
}

function put(random: Random, { scalable }: Samples, changes: Changes): Sent {
  const sample = random.pick(scalable);
  const at = random.chance(0.97) ? sample : random.pick(scalable);
  return request(random, 'PUT', pathOf(at), changes, bodyOf(random, sample, changes.body));
}

function putScale(random: Random, { scalable, scales }: Samples, changes: Changes): Sent {
  const sample = random.chance(0.7)
    ? random.pick(scales.filter(({ group }) => group === 'autoscaling'))
    : random.pick(scales);
  return request(
    random,
    'PUT',
    `${pathOf(random.pick(scalable))}/scale`,
    changes,
    bodyOf(random, sample, changes.body),
  );
}

/** Now and then another object than the one that belongs there. */
function another(random: Random, { all }: Samples, sample: Sample, { body }: Changes): Sample {
  return body > 0 && random.chance(0.03) ? random.pick(all) : sample;
}

function remove(random: Random, samples: Samples, changes: Changes): Sent {
  const { options, scalable } = samples;
  const collection = random.chance(0.2);
  const path = random.chance(0.2) ? pathOf(random.pick(scalable)) : `${random.pick(DELETABLE)}/web`;
  const sample = random.chance(0.5)
    ? random.pick(options.filter(({ group }) => group === ''))
    : random.pick(options);
  const body = random.chance(0.4)
    ? { bytes: Buffer.alloc(0), type: 'application/json' }
    : bodyOf(random, another(random, samples, sample, changes), changes.body);
  return request(random, 'DELETE', collection ? path.replace(/\/web$/, '') : path, changes, body);
}

function evict(random: Random, samples: Samples, changes: Changes): Sent {
  const sample = another(random, samples, random.pick(samples.evictions), changes);
  const body = bodyOf(random, sample, changes.body);
  return request(random, 'POST', '/api/v1/namespaces/shop/pods/web/eviction', changes, body);
}

function custom(random: Random, { scales }: Samples, changes: Changes): Sent {
  const group = random.pick(CUSTOM);
  const path = `/apis/${group}/v1/namespaces/shop/crates/web`;
  if (random.chance(0.3)) {
    const sample = random.pick(scales.filter((scale) => scale.group === 'autoscaling'));
    if (random.chance(0.5))
      return request(random, 'PUT', `${path}/scale`, changes, bodyOf(random, sample, changes.body));
    return patched(random, `${path}/scale`, JSON.parse(sample.json.toString()) as Object, changes, false);
  }
  const size = random.pick([undefined, 0, 0, 1, 2, 4, 5, 7, 1000]);
  const object = {
    apiVersion: `${group}/v1`,
    kind: 'Crate',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '7' },
    spec: {
      ...(size === undefined ? {} : { replicas: size }),
      size: 'large',
      parts: [{ name: 'a', count: 3 }],
    },
  };
  if (random.chance(0.4)) return patched(random, path, object, changes, false);
  const yaml = random.chance(0.6);
  const bytes = yaml ? yamlOf(random, object, changes.body) : jsonOf(random, object, changes.body);
  return request(random, 'PUT', path, changes, {
    bytes,
    type: yaml ? 'application/yaml' : 'application/json',
  });
}

function patch(random: Random, { scalable, scales }: Samples, changes: Changes): Sent {
  const sample = random.pick(scalable);
  const onScale = random.chance(0.3);
  const body = onScale ? random.pick(scales.filter(({ group }) => group === 'autoscaling')) : sample;
  const path = onScale ? `${pathOf(sample)}/scale` : pathOf(sample);
  return patched(random, path, JSON.parse(body.json.toString()) as Object, changes, true);
}

/** An owner that is not there, for what has no size. Only the query and the head are changed: they must not hide it. */
function disown(random: Random, changed: number, long: boolean): Sent {
  const changes = { body: 0, query: 0, head: 0 };
  for (let i = 0; i < changed; i++) changes[random.chance(0.8) ? 'query' : 'head']++;
  const ghost = {
    apiVersion: 'v1',
    kind: 'Node',
    name: 'ghost',
    uid: '00000000-0000-4000-8000-000000000002',
  };
  const metadata = { name: 'web', namespace: 'shop', ownerReferences: [ghost] };
  const body = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }));
  const [method, type] = random.pick([
    ['PUT', 'application/json'],
    ['PATCH', 'application/merge-patch+json'],
    ['PATCH', 'application/strategic-merge-patch+json'],
  ] as const);
  const sent = request(random, method, '/api/v1/namespaces/shop/configmaps/web', changes, {
    bytes: body,
    type,
  });
  return { ...sent, query: long ? many(random, [sent.query]) : sent.query };
}
