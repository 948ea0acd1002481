import type { Random } from '../../packages/guard/src/testing/random.ts';
import { jsonOf } from './json.ts';
import { protobufOf } from './protobuf.ts';
import { changeQuery, many, queryOf } from './query.ts';
import type { Sample, Sent } from './referee.ts';
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

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
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

/** How many of the changes go where. */
interface Changes {
  body: number;
  query: number;
  head: number;
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

/** A patch of each type that could make such an object. */
function patched(random: Random, path: string, object: Object, changes: Changes, strategic: boolean): Sent {
  const types = ['merge', 'json', 'apply', 'apply-yaml', ...(strategic ? ['strategic', 'strategic'] : [])];
  switch (random.pick(types)) {
    case 'apply':
    case 'apply-yaml': {
      const bytes = random.chance(0.5)
        ? yamlOf(random, object, changes.body)
        : jsonOf(random, object, changes.body);
      const sent = request(random, 'PATCH', path, changes, { bytes, type: 'application/apply-patch+yaml' });
      // Without a manager the server refuses it, and most without force for the one that stands there.
      const manager = /fieldManager=/.test(sent.query) ? '' : 'fieldManager=kubectl';
      const force = random.chance(0.9) ? 'force=true' : '';
      return { ...sent, query: [sent.query, manager, force].filter(Boolean).join('&') };
    }
    case 'json': {
      const bytes = jsonOf(random, jsonPatch(random, object), changes.body);
      return request(random, 'PATCH', path, changes, { bytes, type: 'application/json-patch+json' });
    }
    case 'strategic':
      return request(random, 'PATCH', path, changes, {
        bytes: jsonOf(random, someOf(random, object, true), changes.body),
        type: 'application/strategic-merge-patch+json',
      });
    default:
      return request(random, 'PATCH', path, changes, {
        bytes: jsonOf(random, someOf(random, object, false), changes.body),
        type: 'application/merge-patch+json',
      });
  }
}

/** The part of an object that a patch sets, with what a patch may take away. */
function someOf(random: Random, object: Object, strategic: boolean): Object {
  const spec = { ...(object.spec as Object | undefined) };
  const keep = Object.fromEntries(
    Object.entries(spec).filter(([key]) => key === 'replicas' || random.chance(0.3)),
  );
  const patch: Object = { spec: keep };
  if (random.chance(0.1)) keep.replicas = null;
  if (random.chance(0.2)) patch.metadata = { labels: { app: 'other' } };
  if (random.chance(0.05)) patch.spec = null;
  if (random.chance(0.1)) delete patch.spec;
  if (strategic && random.chance(0.2)) {
    const into = random.chance(0.5) ? keep : patch;
    const verb = random.pick(['$patch', '$retainKeys', '$setElementOrder', '$deleteFromPrimitiveList']);
    const of = random.pick(['', '', '/replicas', '/spec', '/containers']);
    into[`${verb}${of}`] = random.pick([
      'replace',
      'delete',
      'merge',
      ['replicas'],
      [],
      0,
      null,
      { replicas: 0 },
    ]);
  }
  return patch;
}

function jsonPatch(random: Random, object: Object): unknown[] {
  const { replicas } = (object.spec ?? {}) as { replicas?: number };
  const value = replicas ?? 0;
  return Array.from({ length: 1 + random.below(3) }, () =>
    random.pick<unknown>([
      { op: 'replace', path: '/spec/replicas', value },
      { op: 'add', path: '/spec/replicas', value },
      { op: 'remove', path: '/spec/replicas' },
      { op: 'test', path: '/spec/replicas', value: 5 },
      { op: 'add', path: '/spec', value: { replicas: value } },
      { op: 'copy', from: '/metadata/generation', path: '/spec/replicas' },
      { op: 'move', from: '/spec/replicas', path: '/spec/other' },
      { op: 'replace', path: '', value: object },
      { op: 'add', path: '/metadata/labels/x', value: 'y' },
    ]),
  );
}

interface Body {
  bytes: Buffer;
  type: string;
}

/** Bodies with nothing or next to nothing in them, which some readers take for none. */
const TINY = [
  'null',
  '{}',
  '[]',
  '""',
  '0',
  ' ',
  '\n',
  '---',
  '---\n',
  '~',
  '# c',
  '{"kind":"DeleteOptions"}',
  '{"dryRun":["All"]}',
  'k8s\0',
  'k8s',
  '\0',
  '\ufeff',
  '{"spec":null}',
  'spec:',
  '<<: {}',
];

function bodyOf(random: Random, sample: Sample, changes: number): Body {
  if (changes > 0 && random.chance(0.02)) {
    const type = random.pick(['application/json', 'application/yaml', PROTOBUF]);
    return { bytes: Buffer.from(random.pick(TINY)), type };
  }
  switch (random.pick(['json', 'json', 'yaml', 'yaml', 'yaml-own', 'protobuf', 'protobuf', 'protobuf'])) {
    case 'json':
      return { bytes: jsonOf(random, JSON.parse(sample.json.toString()), changes), type: 'application/json' };
    case 'yaml':
      return { bytes: yamlOf(random, JSON.parse(sample.json.toString()), changes), type: 'application/yaml' };
    case 'yaml-own':
      if (changes === 0) return { bytes: sample.yaml, type: 'application/yaml' };
      return { bytes: jsonOf(random, JSON.parse(sample.json.toString()), changes), type: 'application/yaml' };
    default:
      return { bytes: protobufOf(random, sample.protobuf, changes), type: PROTOBUF };
  }
}

function request(random: Random, method: string, path: string, changes: Changes, body: Body): Sent {
  let query = queryOf(random, method, method === 'DELETE' && !path.endsWith('/web'));
  for (let i = 0; i < changes.query; i++) query = changeQuery(random, query);
  const sent: Sent = { method, path, query, contentTypes: [body.type], body: body.bytes };
  for (let i = 0; i < changes.head; i++) changeHead(random, sent);
  return sent;
}

const TYPES = [
  ...[
    'application/json',
    'application/yaml',
    PROTOBUF,
    'application/merge-patch+json',
    'application/json-patch+json',
  ],
  ...[
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'text/yaml',
    'application/x-yaml',
    'text/plain',
    '*/*',
    '',
    'application/cbor',
    'application/apply-patch+cbor',
  ],
];

/** The Content-Type or the path written otherwise. */
function changeHead(random: Random, sent: Sent): void {
  const [type = ''] = sent.contentTypes;
  const segments = sent.path.split('/');
  const at = 1 + random.below(segments.length - 1);
  const segment = segments[at] ?? '';
  switch (random.below(10)) {
    case 0:
      sent.contentTypes = [];
      return;
    case 1:
      sent.contentTypes = [random.pick(TYPES)];
      return;
    case 2:
      sent.contentTypes = random.chance(0.5) ? [type, random.pick(TYPES)] : [random.pick(TYPES), type];
      return;
    case 3:
      sent.contentTypes = [
        random.pick([
          type.toUpperCase(),
          `${type};charset=utf-8`,
          `${type} ; a=b`,
          `${type};`,
          `;${type}`,
          `${type}, application/json`,
          ` ${type}`,
          `${type};stream=watch`,
          `${type}; a="`,
          `"${type}"`,
          `${type};charset=utf-16`,
        ]),
      ];
      return;
    case 4:
      sent.path = `${sent.path}/`;
      return;
    case 5:
      segments[at] =
        segment && `${segment.slice(0, 1)}%${segment.charCodeAt(1).toString(16)}${segment.slice(2)}`;
      break;
    case 6:
      segments[at] = random.pick([
        segment.toUpperCase(),
        `${segment}%20`,
        `${segment};x=y`,
        `${segment}+`,
        '',
        '.',
        '..',
        `${segment}%2f`,
        `${segment}%00`,
      ]);
      break;
    case 7:
      segments.splice(random.pick([3, 4]), 0, random.pick(['watch', 'proxy', 'namespaces']));
      break;
    case 8:
      segments.splice(at, 0, segment);
      break;
    default:
      sent.path = `${sent.path}/${random.pick(['scale', 'status', 'eviction', 'proxy', 'finalize', 'x'])}`;
      return;
  }
  sent.path = segments.join('/');
}
